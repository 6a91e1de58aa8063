using System.Collections.Immutable;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Applications;
using M2MCluster.Contracts.Objects;

namespace M2MCluster.Grains.Tests.Wire;

/// <summary>As an older release knows the state of an object: without the members that came later.</summary>
[GenerateSerializer, Alias("m2m.test.FormerObjectState")]
internal sealed record FormerObjectState
{
    [Id(0)] public long SeenAt { get; init; }
    [Id(3)] public long Epoch { get; init; }
    [Id(7)] public long Reports { get; init; }
    [Id(13)] public long CreatedBy { get; init; }
}

[GenerateSerializer, Alias("m2m.test.FormerDescription")]
internal sealed record FormerDescription
{
    [Id(0)] public string Id { get; init; } = "";
    [Id(4)] public ImmutableSortedDictionary<string, string>? Provided { get; init; }
    [Id(8)] public ImmutableArray<string> Names { get; init; } = [];
    [Id(9)] public MailboxPolicy? Mailbox { get; init; }
}

[GenerateSerializer, Alias("m2m.test.FormerMessage")]
internal sealed record FormerMessage
{
    [Id(0)] public MessageId Id { get; init; }
    [Id(1)] public string Target { get; init; } = "";
    [Id(9)] public byte[] Payload { get; init; } = [];
    [Id(15)] public string? Detail { get; init; }
}

[GenerateSerializer, Alias("m2m.test.FormerApplicationState")]
internal sealed record FormerApplicationState(
    [property: Id(0)] FormerApplicationView View,
    [property: Id(2)] ImmutableArray<Subscription> Subscriptions);

[GenerateSerializer, Alias("m2m.test.FormerApplicationView")]
internal sealed record FormerApplicationView([property: Id(1)] string DisplayName);
