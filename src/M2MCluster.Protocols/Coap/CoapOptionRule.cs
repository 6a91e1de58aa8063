namespace M2MCluster.Protocols.Coap;

/// <summary>
/// Length and repetition as the option's RFC has them (RFC 7252 section 5.10 and the RFCs named in <see cref="CoapOptionNumber"/>).
/// A value of another length, and a repetition that is not allowed, count as an option that was not recognised
/// (sections 5.4.3 and 5.4.5).
/// </summary>
public readonly record struct CoapOptionRule(int MinLength, int MaxLength, bool Repeatable)
{
    /// <summary>Whether an endpoint that does not understand the option must refuse the message (section 5.4.1).</summary>
    public static bool IsCritical(int number) => (number & 1) != 0;

    /// <summary>Whether a proxy that does not understand the option must not forward it (section 5.4.2).</summary>
    public static bool IsUnsafe(int number) => (number & 2) != 0;

    /// <summary>False for a number that is not in <see cref="CoapOptionNumber"/>.</summary>
    public static bool TryGet(int number, out CoapOptionRule rule)
    {
        rule = number switch
        {
            CoapOptionNumber.IfMatch => new(0, 8, true),
            CoapOptionNumber.UriHost => new(1, 255, false),
            CoapOptionNumber.ETag => new(1, 8, true),
            CoapOptionNumber.IfNoneMatch => new(0, 0, false),
            CoapOptionNumber.Observe => new(0, 3, false),
            CoapOptionNumber.UriPort => new(0, 2, false),
            CoapOptionNumber.LocationPath => new(0, 255, true),
            CoapOptionNumber.Oscore => new(0, 255, false),
            CoapOptionNumber.UriPath => new(0, 255, true),
            CoapOptionNumber.ContentFormat => new(0, 2, false),
            CoapOptionNumber.MaxAge => new(0, 4, false),
            CoapOptionNumber.UriQuery => new(0, 255, true),
            CoapOptionNumber.HopLimit => new(1, 1, false),
            CoapOptionNumber.Accept => new(0, 2, false),
            CoapOptionNumber.LocationQuery => new(0, 255, true),
            CoapOptionNumber.Block2 => new(0, 3, false),
            CoapOptionNumber.Block1 => new(0, 3, false),
            CoapOptionNumber.Size2 => new(0, 4, false),
            CoapOptionNumber.ProxyUri => new(1, 1034, false),
            CoapOptionNumber.ProxyScheme => new(1, 255, false),
            CoapOptionNumber.Size1 => new(0, 4, false),
            CoapOptionNumber.Echo => new(1, 40, false),
            CoapOptionNumber.NoResponse => new(0, 1, false),
            CoapOptionNumber.RequestTag => new(0, 8, true),
            CoapOptionNumber.Transaction => new(1, 40, false),
            _ => new(-1, -1, false),
        };
        return rule.MinLength >= 0;
    }

    /// <summary>
    /// The first critical option that must be answered with 4.02 Bad Option: one that is not in <paramref name="understood"/>, has a
    /// value of forbidden length, or is repeated against its rule. 0 when there is none.
    /// </summary>
    public static int FirstRefused(CoapOptions options, ReadOnlySpan<int> understood)
    {
        ArgumentNullException.ThrowIfNull(options);
        var last = -1;
        for (var i = 0; i < options.Count; i++)
        {
            var option = options[i];
            var repeated = option.Number == last;
            last = option.Number;
            if (!IsCritical(option.Number)) continue;
            if (!understood.Contains(option.Number) || !TryGet(option.Number, out var rule)) return option.Number;
            if (option.Value.Length < rule.MinLength || option.Value.Length > rule.MaxLength || (repeated && !rule.Repeatable)) return option.Number;
        }

        return 0;
    }
}
