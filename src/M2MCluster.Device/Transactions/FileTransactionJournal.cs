using System.Text.Json;

namespace M2MCluster.Device.Transactions;

/// <summary>
/// A file for each promise in a folder of the device's own; written beside and moved into place, so that a power cut leaves the old or the new one. A file that cannot be read is
/// set aside as <c>….unreadable</c>, and its promise alone is lost.
/// </summary>
public sealed class FileTransactionJournal : ITransactionJournal
{
    private const string Suffix = ".json";
    private static readonly System.Buffers.SearchValues<char> IdCharacters = System.Buffers.SearchValues.Create("0123456789abcdef");

    private readonly string _folder;

    /// <param name="folder">Made if it is not there.</param>
    public FileTransactionJournal(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
    }

    /// <summary>Told of each file that could not be read, and why: what was prepared for its message is neither carried out nor given back by the platform's word.</summary>
    public Action<string>? Unreadable { get; init; }

    public async ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(CancellationToken cancellationToken)
    {
        var entries = new List<JournalEntry>();
        foreach (var file in new DirectoryInfo(_folder).GetFiles("*" + Suffix).OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            try
            {
                entries.Add(await ReadAsync(file, cancellationToken).ConfigureAwait(false));
            }
            catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException)
            {
                SetAside(file, failure.Message);
            }
        }

        return entries;
    }

    public async ValueTask WriteAsync(JournalEntry entry, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var path = PathOf(entry.Message.Id);
        var stream = new FileStream(path + ".new", FileMode.Create, FileAccess.Write);
        await using (stream.ConfigureAwait(false))
        {
            await JsonSerializer.SerializeAsync(stream, entry, cancellationToken: cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            stream.Flush(flushToDisk: true);
        }

        File.Move(path + ".new", path, overwrite: true);
    }

    public ValueTask RemoveAsync(string part, CancellationToken cancellationToken)
    {
        File.Delete(PathOf(part));
        return default;
    }

    private static async Task<JournalEntry> ReadAsync(FileInfo file, CancellationToken cancellationToken)
    {
        var stream = file.OpenRead();
        await using var _ = stream.ConfigureAwait(false);
        var entry = await JsonSerializer.DeserializeAsync<JournalEntry>(stream, cancellationToken: cancellationToken).ConfigureAwait(false);
        return entry is { Message.Id.Length: > 0, Promise: not null } ? entry : throw new JsonException("it has no promise");
    }

    private void SetAside(FileInfo file, string reason)
    {
        Unreadable?.Invoke($"{file.FullName}: {reason}");
        try
        {
            File.Move(file.FullName, file.FullName + ".unreadable", overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It stays where it is, and is told of again after the next start.
        }
    }

    // What the platform calls a message becomes the name of a file.
    private string PathOf(string part) => part.AsSpan().ContainsAnyExcept(IdCharacters)
        ? throw new ArgumentException("The id of a message is of hexadecimal digits.", nameof(part))
        : Path.Combine(_folder, part + Suffix);
}
