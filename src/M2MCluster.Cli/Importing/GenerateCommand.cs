using System.Buffers.Text;
using System.CommandLine;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using M2MCluster.Api.V1;

namespace M2MCluster.Cli.Importing;

/// <summary><c>m2m objects generate N FILE</c>: a file to import, of sleeping devices with names and secrets of their own.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        var count = new Argument<int>("count");
        var file = new Argument<FileInfo>("file") { Description = "NDJSON or CSV by its name, also with .gz; whoever has it has the secrets." };
        var prefix = new Option<string>("--prefix") { DefaultValueFactory = _ => "meter-", Description = "The ids are this and a number." };
        var names = new Option<bool>("--names") { Description = "Gives each a name of its own, serial:PREFIXNUMBER." };
        var command = new Command("generate", "Writes a file of objects to import.") { count, file, prefix, names };
        command.Validators.Add(result =>
        {
            if (result.GetValue(count) is < 1 or > 100_000_000) result.AddError("COUNT: 1 to 100000000.");
        });
        command.SetAction((parsed, _) => WriteAsync(parsed.GetValue(count), parsed.GetRequiredValue(file), parsed.GetRequiredValue(prefix), parsed.GetValue(names)));
        return command;
    }

    private static async Task<int> WriteAsync(int count, FileInfo file, string prefix, bool names)
    {
        ImportObjectsConfig.Types.Format format;
        try
        {
            format = new ImportFile(file).Format;
        }
        catch (UsageException wrong)
        {
            await Console.Error.WriteLineAsync(wrong.Message);
            return 1;
        }

        var settings = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 1 << 20 };
        if (!OperatingSystem.IsWindows()) settings.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Stream stream = new FileStream(file.FullName, settings);
        if (file.Name.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)) stream = new GZipStream(stream, CompressionLevel.Fastest);
        await using var writer = new StreamWriter(stream) { NewLine = "\n" };
        var isCsv = format == ImportObjectsConfig.Types.Format.Csv;
        if (isCsv) await writer.WriteLineAsync("objectId,kind,plain,characteristics.sleeping,characteristics.reportPeriod,mqttSecret" + (names ? ",names" : ""));
        var random = new byte[24];
        for (var i = 0; i < count; i++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{prefix}{i:D8}");
            RandomNumberGenerator.Fill(random);
            var secret = Base64Url.EncodeToString(random);
            await writer.WriteLineAsync(isCsv
                ? $"{id},DEVICE,FULL,true,3600,{secret}{(names ? $",serial:{id}" : "")}"
                : $$"""{"objectId":"{{id}}","securityPolicy":{"plain":"FULL"},"characteristics":{"sleeping":true,"reportPeriod":3600},"mqttSecret":"{{secret}}"{{(names ? $",\"names\":[\"serial:{id}\"]" : "")}}}""");
        }

        return 0;
    }
}
