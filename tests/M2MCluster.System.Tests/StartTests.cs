using System.Diagnostics;

namespace M2MCluster.System.Tests;

public sealed class StartTests
{
    [Fact]
    public async Task Start_DataFolderThatCannotBeMade_SaysSoWithoutAStackTrace()
    {
        var file = Path.GetTempFileName();
        try
        {
            var (status, errors) = await RunAsync(file);
            Assert.Equal(1, status);
            Assert.StartsWith("M2MCluster did not start: ", errors, StringComparison.Ordinal);
            Assert.Contains(file, errors, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<(int Status, string Errors)> RunAsync(string dataFolder)
    {
        var start = new ProcessStartInfo("dotnet", [Node.HostAssembly]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["M2M__DataFolder"] = dataFolder;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await output;
        await process.WaitForExitAsync();
        return (process.ExitCode, errors.Trim());
    }
}
