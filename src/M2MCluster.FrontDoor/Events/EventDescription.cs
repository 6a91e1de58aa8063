namespace M2MCluster.FrontDoor.Events;

/// <summary>One type of event.</summary>
/// <param name="Data">Members of <c>data</c>, each <c>name|meaning</c>.</param>
internal sealed record EventDescription(string Type, string Subject, string Meaning, IReadOnlyList<string> Data);
