using System.Diagnostics.CodeAnalysis;

namespace M2MCluster.Protocols;

/// <summary>What reading came to: a value, or the reason why the bytes are none. Bad bytes are normal input and never an exception.</summary>
public readonly record struct Decoded<T>
    where T : class
{
    internal Decoded(T? value, string? reason)
    {
        Value = value;
        Reason = reason;
    }

    /// <summary>The value, or null where the input was invalid.</summary>
    public T? Value { get; }

    /// <summary>Why the input is invalid: short, in English, without any of the input's bytes.</summary>
    public string? Reason { get; }

    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Reason))]
    public bool IsOk => Value is not null;

    public static implicit operator Decoded<T>(T value) => new(value, null);

    internal static Decoded<T> Invalid(string reason) => new(null, reason);
}
