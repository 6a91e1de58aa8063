namespace M2MCluster.Grains.Tests.Model;

/// <summary>Which ways are open to a message: order is kept among those of one kind.</summary>
internal enum StoryKind
{
    Plain,
    /// <summary>It may also go to an endpoint that takes commands only.</summary>
    Command,
    /// <summary>A part of a transaction, which comes in by the inbox.</summary>
    Part,
}
