namespace M2MCluster.Protocols.LinkFormat;

/// <summary>A target attribute: <c>rt="core.rd"</c>, <c>ct=40</c>, or a bare <c>obs</c> (a null value).</summary>
public readonly record struct LinkAttribute(string Name, string? Value);
