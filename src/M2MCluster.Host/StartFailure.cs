using M2MCluster.Contracts;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace M2MCluster.Host;

/// <summary>Words for what commonly keeps a node from starting; all else keeps its stack trace.</summary>
internal static class StartFailure
{
    public static string? Explain(Exception failure) => failure switch
    {
        OptionsValidationException invalid => "The configuration is wrong:" + string.Concat(invalid.Failures.Select(line => $"{Environment.NewLine}  - {line}")),
        AggregateException { InnerExceptions: [var only] } => Explain(only),
        // Of the I/O: a data folder that cannot be made or written, a file that is not a database, a port that was taken meanwhile.
        InvalidOperationException or M2MException or AddressInUseException or UnauthorizedAccessException or IOException =>
            $"M2MCluster did not start: {failure.Message}",
        _ => null,
    };
}
