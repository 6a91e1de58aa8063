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

    [Fact]
    public async Task Start_SiloSettingsThatCannotBe_AreToldTogether()
    {
        var folder = Directory.CreateTempSubdirectory("m2m-start-").FullName;
        try
        {
            var (status, errors) = await RunAsync(folder, ("M2M__Silo__Kubernetes", "true"), ("M2M__Silo__FailureDetection", "00:00:00.1"));
            Assert.Equal(1, status);
            Assert.Contains("M2M:Silo:Kubernetes", errors, StringComparison.Ordinal);
            Assert.Contains("M2M:Silo:FailureDetection", errors, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Start_TimeZoneThatThisMachineDoesNotKnow_IsToldAtOnce()
    {
        var folder = Directory.CreateTempSubdirectory("m2m-start-").FullName;
        try
        {
            var (status, errors) = await RunAsync(folder, ("M2M__Planning__TimeZone", "Europe/Atlantis"));
            Assert.Equal(1, status);
            Assert.StartsWith("The configuration is wrong:", errors, StringComparison.Ordinal);
            Assert.Contains("M2M:Planning:TimeZone is not known on this machine: Europe/Atlantis", errors, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<(int Status, string Errors)> RunAsync(string dataFolder, params (string Key, string Value)[] more)
    {
        var start = new ProcessStartInfo("dotnet", [Node.HostAssembly]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["M2M__DataFolder"] = dataFolder;
        foreach (var (key, value) in more) start.Environment[key] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await output;
        await process.WaitForExitAsync();
        return (process.ExitCode, errors.Trim());
    }
}
