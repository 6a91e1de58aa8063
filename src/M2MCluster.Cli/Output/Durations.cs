using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace M2MCluster.Cli.Output;

/// <summary>Durations as people write them: <c>500ms</c>, <c>90s</c>, <c>15m</c>, <c>2h</c>, <c>7d</c>; a bare number counts seconds.</summary>
internal static class Durations
{
    private static readonly (string Unit, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400), (string.Empty, 1)];

    /// <summary>False for anything else, and for negative ones.</summary>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        foreach (var (unit, seconds) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal)) continue;
            var number = text.AsSpan(0, text.Length - unit.Length);
            if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)) return false;
            duration = TimeSpan.FromSeconds(value * seconds);
            return true;
        }

        return false;
    }

    /// <summary>In the largest unit that divides it.</summary>
    public static string Text(TimeSpan duration)
    {
        foreach (var (unit, seconds) in Units.Where(unit => unit.Unit.Length > 0).OrderByDescending(unit => unit.Seconds))
        {
            if (duration.TotalSeconds >= seconds && duration.TotalSeconds % seconds == 0)
                return (duration.TotalSeconds / seconds).ToString(CultureInfo.InvariantCulture) + unit;
        }

        return duration.TotalSeconds.ToString(CultureInfo.InvariantCulture) + "s";
    }

    public static Option<TimeSpan> Option(string name, string description, TimeSpan @default) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => @default,
        CustomParser = Parse,
    };

    public static Option<TimeSpan?> Optional(string name, string description) => new(name) { Description = description, CustomParser = argument => Parse(argument) };

    private static TimeSpan Parse(ArgumentResult argument)
    {
        if (TryParse(argument.Tokens[0].Value, out var duration)) return duration;
        argument.AddError($"'{argument.Tokens[0].Value}' is no duration: write 500ms, 90s, 15m, 2h or 7d.");
        return default;
    }
}
