using Google.Protobuf;
using Grpc.Core;
using M2MCluster.Api.V1;
using M2MCluster.Client;

namespace M2MCluster.Cli.Importing;

/// <summary>Carries a file into an import, over failures of the connection and of the node: it goes on after the last committed line.</summary>
internal sealed class ImportUpload(M2MClient client, ImportFile file, string id, bool update, TimeSpan patience, TimeProvider time)
{
    private const int BlockLength = 256 << 10;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private volatile Func<double> _part = () => 0;

    /// <summary>What part of the file was sent, 0 to 1.</summary>
    public double Part => _part();

    public string Name => "operations/" + id;

    /// <param name="interrupted">Told of each failure after which it tries again.</param>
    /// <exception cref="RpcException">The node refuses, or nothing was committed for as long as patience lasts.</exception>
    public async Task<Operation> RunAsync(Action<RpcException> interrupted, CancellationToken cancellation)
    {
        var progressAt = time.GetTimestamp();
        long committed = 0;
        while (true)
        {
            try
            {
                var known = await FindAsync(cancellation);
                var resumed = known is null or { Done: true } ? 0 : known.Metadata.CommittedLine;
                if (resumed > committed) (committed, progressAt) = (resumed, time.GetTimestamp());
                return await SendAsync(resumed, cancellation);
            }
            catch (RpcException failure) when (IsPassing(failure) && !cancellation.IsCancellationRequested && time.GetElapsedTime(progressAt) < patience)
            {
                interrupted(failure);
            }

            await Task.Delay(Pause, time, cancellation);
        }
    }

    /// <summary>The operation as it is; null: there is none yet.</summary>
    public async Task<Operation?> FindAsync(CancellationToken cancellation)
    {
        try
        {
            return await client.Operations.GetOperationAsync(new GetOperationRequest { Name = Name }, cancellationToken: cancellation);
        }
        catch (RpcException missing) when (missing.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }

    private async Task<Operation> SendAsync(long afterLine, CancellationToken cancellation)
    {
        var config = new ImportObjectsConfig { ImportId = id, Update = update, Format = file.Format, FirstLine = afterLine + 1 };
        if (afterLine > 0 && file.Format == ImportObjectsConfig.Types.Format.Csv) config.Columns.Add(await file.ColumnsAsync(cancellation));
        var (text, part) = file.Open();
        await using var _ = text;
        _part = part;
        using var call = client.Objects.ImportObjects(cancellationToken: cancellation);
        try
        {
            await call.RequestStream.WriteAsync(new ImportObjectsRequest { Config = config }, cancellation);
            var block = new byte[BlockLength];
            int count;
            while ((count = await text.ReadAtLeastAsync(block, block.Length, throwOnEndOfStream: false, cancellation)) > 0)
            {
                var start = AfterLines(block.AsSpan(0, count), ref afterLine);
                if (start < count) await call.RequestStream.WriteAsync(new ImportObjectsRequest { Text = ByteString.CopyFrom(block.AsSpan(start, count - start)) }, cancellation);
            }

            await call.RequestStream.CompleteAsync();
        }
        catch (Exception ended) when (ended is RpcException or InvalidOperationException or IOException)
        {
            // The call has ended, by the node or by the connection; what it ended with is its answer.
        }

        return await call.ResponseAsync;
    }

    /// <summary>Where the block goes on after so many lines, which are counted down.</summary>
    private static int AfterLines(ReadOnlySpan<byte> block, ref long lines)
    {
        var start = 0;
        while (lines > 0 && start < block.Length)
        {
            var end = block[start..].IndexOf((byte)'\n');
            if (end < 0) return block.Length;
            start += end + 1;
            lines--;
        }

        return start;
    }

    // A connection that breaks in mid-call is told as one of these, and a node that goes down cancels its calls.
    private static bool IsPassing(RpcException failure) =>
        failure.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.DeadlineExceeded or StatusCode.Cancelled or StatusCode.Unknown;
}
