namespace M2MCluster.Contracts.Reading;

public interface IKeyReader
{
    /// <summary>The application that an API key belongs to, by the key's hash; null if the key is unknown or revoked.</summary>
    ValueTask<string?> FindApplicationAsync(ReadOnlyMemory<byte> hash, CancellationToken cancellation);
}
