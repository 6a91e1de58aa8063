using M2MCluster.Cli.Replay;

namespace M2MCluster.Cli.Tests;

public sealed class SeriesTests
{
    private static readonly string? Data = FindData();

    [SkippableTheory]
    [InlineData("sensors/chicago-beach-buoys.csv.gz", 3, 20_330)]
    [InlineData("sensors/qeop-eno-3b06.csv", 1, 1_810)]
    [InlineData("smart-meter/london-lcl-halfhourly.csv.gz", 20, 162_153)]
    [InlineData("smart-meter/sgsc-halfhourly.csv.gz", 5, 43_008)]
    [InlineData("smart-meter/uci-household-1min.csv.gz", 1, 1_440)]
    [InlineData("vehicle-gps/uci-aracaju-points.csv.gz", 14, 10_021)]
    [InlineData("vehicle-gps/aalto-devices.csv.gz", 4, 3_367)]
    [InlineData("vehicle-gps/barefoot-x0001-1s.csv", 1, 1_194)]
    public void Read_KnownSeries_IsFoundByItsHeaderAndReadWhole(string file, int devices, int rows)
    {
        Skip.If(Data is null, "The recorded series are not on this machine.");
        using var csv = CsvTable.Open(Path.Combine(Data!, file));
        var shape = SeriesPresets.Find(csv.Header);
        Assert.NotNull(shape);
        var series = Series.Read(csv, shape, int.MaxValue);
        Assert.Equal(devices, series.Devices.Count);
        Assert.Equal(rows, series.RowCount);
        Assert.All(series.Devices.Keys, device => Assert.Matches("^[A-Za-z0-9._~:-]+$", ReplayNames.IdOf(device)));
    }

    [Fact]
    public void Read_TimeWithoutOffset_IsTheZones()
    {
        using var csv = CsvTable.Of("id,at,v\na,2013-07-01T12:00:00,1\na,2013-01-01T12:00:00,2\n");
        var rows = Series.Read(csv, new SeriesShape("id", "at", [new("v", "v")], "Europe/London"), int.MaxValue).Devices["a"];
        Assert.Equal(new DateTimeOffset(2013, 7, 1, 11, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds(), rows[0].Time);
        Assert.Equal(new DateTimeOffset(2013, 1, 1, 12, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds(), rows[1].Time);
    }

    [Theory]
    [InlineData("2014-09-10 06:54:07+0200", 1410324847)]
    [InlineData("2014-09-13T07:24:32-03:00", 1410603872)]
    [InlineData("2017-02-28T14:41:28Z", 1488292888)]
    public void TryParse_TimeWithOffset_IgnoresTheZone(string text, double expected)
    {
        Assert.True(SeriesTime.TryParse(text, TimeZoneInfo.FindSystemTimeZoneById("America/Chicago"), out var time));
        Assert.Equal(expected, time);
    }

    [Fact]
    public void Read_QuotedCells_AreOne()
    {
        using var csv = CsvTable.Of("a,b\n\"x, \"\"y\"\"\nz\",2\n");
        Assert.Equal(["x, \"y\"\nz", "2"], csv.Read()!);
        Assert.Null(csv.Read());
    }

    [Fact]
    public void Read_EmptyCell_IsNoNumber()
    {
        using var csv = CsvTable.Of("t,v,w\n2013-07-01T12:00:00,,3\n");
        var row = Assert.Single(Series.Read(csv, new SeriesShape(null, "t", [new("v", "v"), new("w", "w")]), int.MaxValue).Devices.Values.Single());
        Assert.True(double.IsNaN(row.Values[0]));
        Assert.Equal(3, row.Values[1]);
    }

    [Theory]
    [InlineData("id,at\na,2013-07-01T12:00:00\n")]
    [InlineData("id,at,v\na,someday,1\n")]
    [InlineData("id,at,v\na,2013-07-01T12:00:00\n")]
    [InlineData("id,at,v\n")]
    public void Read_NotOfTheShape_IsAUsageError(string text)
    {
        using var csv = CsvTable.Of(text);
        Assert.Throws<UsageException>(() => Series.Read(csv, new SeriesShape("id", "at", [new("v", "v")]), int.MaxValue));
    }

    // Beside the repository, wherever that is.
    private static string? FindData()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var data = Path.Combine(folder.FullName, "shared", "data");
            if (Directory.Exists(data)) return data;
        }

        return null;
    }
}
