namespace M2MCluster.Grains.Groups.Membership;

/// <summary>Objects by id, each once.</summary>
internal interface IMemberSource
{
    /// <summary>Null: there are no more.</summary>
    ValueTask<string?> NextAsync(CancellationToken cancellation);
}
