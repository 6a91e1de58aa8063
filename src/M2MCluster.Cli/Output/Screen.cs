using Google.Protobuf;

namespace M2MCluster.Cli.Output;

/// <summary>Where a command's results go: tables and sentences for a person, or one JSON object a line for a program.</summary>
internal sealed class Screen(IAnsiConsole console, TextWriter raw, bool json)
{
    public bool IsJson => json;

    public IAnsiConsole Console => console;

    /// <summary>A sentence for a person; nothing for a program.</summary>
    public void Say(FormattableString sentence)
    {
        if (!json) console.MarkupLineInterpolated(sentence);
    }

    /// <summary>One result: its JSON, or what <paramref name="human"/> writes.</summary>
    public void Show(IMessage message, Action<IAnsiConsole> human)
    {
        if (json) raw.WriteLine(JsonFormatter.Default.Format(message));
        else human(console);
    }

    /// <summary>Many results, as a table with these columns.</summary>
    public void Show<T>(IReadOnlyCollection<T> messages, string[] columns, Func<T, string[]> row)
        where T : IMessage
    {
        if (json)
        {
            foreach (var message in messages) raw.WriteLine(JsonFormatter.Default.Format(message));
            return;
        }

        var table = new Table().Border(TableBorder.Minimal).AddColumns(columns);
        foreach (var message in messages) table.AddRow([.. row(message).Select(cell => new Text(cell))]);
        console.Write(table);
    }

    /// <summary>A line of JSON that a program reads; nothing for a person.</summary>
    public void WriteJson(string line)
    {
        if (json) raw.WriteLine(line);
    }
}
