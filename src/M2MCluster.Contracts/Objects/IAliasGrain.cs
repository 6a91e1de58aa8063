namespace M2MCluster.Contracts.Objects;

/// <summary>One of an object's other names; the key is <c>scheme:value</c>.</summary>
[Alias("m2m.IAliasGrain"), GrainInterfaceType("m2m.IAliasGrain")]
public interface IAliasGrain : IGrainWithStringKey
{
    /// <summary>The resource that bears the name now (<c>objects/…</c>), or null.</summary>
    [Alias("Resolve")] ValueTask<string?> Resolve();

    /// <summary>Gives the name to a resource; again to the same one changes nothing. <see cref="ErrorCode.AlreadyExists"/> if another bears it.</summary>
    [Alias("Claim")] ValueTask Claim(string resource);

    /// <summary>Takes the name from the resource; does nothing if that does not bear it.</summary>
    [Alias("Release")] ValueTask Release(string resource);
}
