using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using M2MCluster.Contracts;

namespace M2MCluster.FrontDoor.Requests;

/// <summary>Collects what is wrong with a request, so that the caller is told all at once. Fields are named as in JSON.</summary>
internal sealed class Problems
{
    private const int MostTold = 100;
    private List<BadRequest.Types.FieldViolation>? _found;

    public IReadOnlyList<BadRequest.Types.FieldViolation> Found => _found ?? (IReadOnlyList<BadRequest.Types.FieldViolation>)[];

    public void Add(string field, string description)
    {
        _found ??= [];
        if (_found.Count < MostTold) _found.Add(new() { Field = field, Description = description });
    }

    public void Require(bool holds, string field, string description)
    {
        if (!holds) Add(field, description);
    }

    /// <summary>The id in the name, or the empty string after noting the problem.</summary>
    public string Id(string? name, string collection, string field)
    {
        if (Names.IdIn(name, collection) is { } id) return id;
        Add(field, string.IsNullOrEmpty(name) ? $"is needed: {collection}ID" : $"is not of the form {collection}ID, with letters, digits and -._~: up to {Names.MaxIdLength}");
        return "";
    }

    /// <summary>The two ids in a name such as <c>applications/A/keys/K</c>.</summary>
    public (string Parent, string Child) Ids(string? name, string collection, string children, string field)
    {
        var parts = (name ?? "").Split('/');
        if (parts.Length == 4 && parts[0] + "/" == collection && parts[2] == children && Names.IsId(parts[1]) && Names.IsId(parts[3])) return (parts[1], parts[3]);
        Add(field, $"is not of the form {collection}ID/{children}/ID");
        return ("", "");
    }

    /// <summary>An id that the caller chose.</summary>
    public string NewId(string id, string field)
    {
        Require(Names.IsId(id), field, id.Length == 0 ? "is needed" : $"has letters, digits and -._~: only, up to {Names.MaxIdLength}, and is not . or ..");
        return id;
    }

    /// <summary>A filter that asks for a value which an enumeration does not have would silently find nothing.</summary>
    public void KnownValues(IEnumerable<string> asked, string[] known, string name, string field)
    {
        foreach (var value in asked.Where(value => !value.Contains('*') && !known.Contains(value)))
            Add(field, $"'{value}' is no value of {name}; known are {string.Join(", ", known)}");
    }

    public string Text(string text, int most, string field)
    {
        Require(text.Length <= most, field, $"has at most {most} characters");
        return text;
    }

    /// <summary>The duration; null if there is none, or after noting that it is none that can be: gRPC carries any two numbers.</summary>
    public TimeSpan? Span(Duration? given, string field)
    {
        if (given is null) return null;
        var isSpan = given.Seconds is >= Duration.MinSeconds and <= Duration.MaxSeconds && Math.Abs((long)given.Nanos) < Duration.NanosecondsPerSecond
            && (given.Seconds == 0 || given.Nanos == 0 || given.Seconds > 0 == given.Nanos > 0);
        Require(isSpan, field, "is not a duration");
        return isSpan ? given.ToTimeSpan() : null;
    }

    /// <summary>The time; null if there is none, or after noting that it is none that can be.</summary>
    public DateTimeOffset? Time(Timestamp? given, string field)
    {
        if (given is null) return null;
        var isTime = given.Seconds >= DateTimeOffset.MinValue.ToUnixTimeSeconds() && given.Seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            && given.Nanos is >= 0 and < Duration.NanosecondsPerSecond;
        Require(isTime, field, "is not a time from the year 1 to 9999");
        return isTime ? given.ToDateTimeOffset() : null;
    }

    /// <exception cref="InvalidRequestException">If there was any problem.</exception>
    public void ThrowIfAny()
    {
        if (_found is not null) throw new InvalidRequestException(_found);
    }
}
