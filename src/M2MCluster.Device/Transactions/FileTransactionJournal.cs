using System.Text.Json;

namespace M2MCluster.Device.Transactions;

/// <summary>A file for each promise in a folder of the device's own; written beside and moved into place, so that a power cut leaves the old or the new one.</summary>
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

    public async ValueTask<IReadOnlyList<JournalEntry>> ReadAsync(CancellationToken cancellationToken)
    {
        var entries = new List<JournalEntry>();
        foreach (var file in new DirectoryInfo(_folder).GetFiles("*" + Suffix).OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            var stream = file.OpenRead();
            await using (stream.ConfigureAwait(false))
            {
                if (await JsonSerializer.DeserializeAsync<JournalEntry>(stream, cancellationToken: cancellationToken).ConfigureAwait(false) is { } entry) entries.Add(entry);
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

    // What the platform calls a message becomes the name of a file.
    private string PathOf(string part) => part.AsSpan().ContainsAnyExcept(IdCharacters)
        ? throw new ArgumentException("The id of a message is of hexadecimal digits.", nameof(part))
        : Path.Combine(_folder, part + Suffix);
}
