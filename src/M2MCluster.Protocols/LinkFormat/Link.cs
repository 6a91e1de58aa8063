namespace M2MCluster.Protocols.LinkFormat;

/// <summary>A web link with its attributes in order (RFC 6690 section 2).</summary>
public sealed class Link(string target, params IReadOnlyList<LinkAttribute> attributes)
{
    /// <summary>The URI reference between the angle brackets, as it was written.</summary>
    public string Target { get; } = target;

    public IReadOnlyList<LinkAttribute> Attributes { get; } = attributes;

    /// <summary>The value of the first attribute of this name: empty for a bare one, null where there is none.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var attribute in Attributes)
            {
                if (attribute.Name == name) return attribute.Value ?? string.Empty;
            }

            return null;
        }
    }
}
