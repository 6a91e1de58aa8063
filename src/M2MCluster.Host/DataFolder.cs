using System.Security.Cryptography;
using M2MCluster.Contracts.Applications;

namespace M2MCluster.Host;

/// <summary>
/// The node's folder: database, and keys that only its owner may read (mode 0600), each made on first start. In a cluster all nodes need the same keys, so these
/// may lie in a folder of their own.
/// </summary>
internal sealed class DataFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int PepperBytes = 32;

    public DataFolder(string path, string? keys = null)
    {
        Path = System.IO.Path.GetFullPath(path);
        Keys = System.IO.Path.GetFullPath(keys ?? path);
        Directory.CreateDirectory(Path);
        Directory.CreateDirectory(Keys);
    }

    public string Path { get; }

    public string Keys { get; }

    public string Database => System.IO.Path.Combine(Path, "m2m.db");

    public string OperatorKeyFile => System.IO.Path.Combine(Keys, "operator.key");

    public string PepperFile => System.IO.Path.Combine(Keys, "pepper.key");

    /// <summary>The first operator's API key.</summary>
    /// <exception cref="InvalidOperationException">The file is empty, which would lock the operator out.</exception>
    public string OperatorKey() => ReadOrMake("operator.key", ApiKeys.Create).Trim() is { Length: > 0 } key
        ? key
        : throw new InvalidOperationException($"{OperatorKeyFile} is empty; delete it, and another one is made");

    /// <summary>The key under which device secrets are hashed; without it no device's secret is known any more.</summary>
    /// <exception cref="InvalidOperationException">The file is not what was written there.</exception>
    public byte[] Pepper()
    {
        var text = ReadOrMake("pepper.key", () => Convert.ToBase64String(RandomNumberGenerator.GetBytes(PepperBytes)));
        var pepper = new byte[PepperBytes];
        return Convert.TryFromBase64String(text.Trim(), pepper, out var length) && length == PepperBytes
            ? pepper
            : throw new InvalidOperationException($"{PepperFile} is damaged; restore it from a backup, since device secrets depend on it");
    }

    /// <summary>Tells one pepper from another, and nothing of it.</summary>
    public string PepperFingerprint() => Convert.ToHexStringLower(HMACSHA256.HashData(Pepper(), "m2m: which pepper"u8))[..32];

    private string ReadOrMake(string name, Func<string> make)
    {
        var file = System.IO.Path.Combine(Keys, name);
        if (File.Exists(file)) return File.ReadAllText(file);

        // Written aside and moved, so that a crash leaves a whole key or none; of nodes that share the folder and start together, the first makes it.
        var text = make();
        var draft = $"{file}.{Guid.NewGuid():n}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        using (var stream = new FileStream(draft, options))
        using (var writer = new StreamWriter(stream))
        {
            writer.WriteLine(text);
            writer.Flush();
            stream.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(draft, file);
            return text;
        }
        catch (IOException) when (File.Exists(file))
        {
            File.Delete(draft);
            return File.ReadAllText(file);
        }
    }
}
