using System.Runtime.CompilerServices;
using M2MCluster.Contracts.Events;
using M2MCluster.FrontDoor.Events;

namespace M2MCluster.FrontDoor.Tests;

public sealed class EventCatalogueTests
{
    [Fact]
    public void Catalogue_EveryEventType_IsDescribedOnce()
    {
        var types = typeof(EventTypes).GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!).Order();
        Assert.Equal(types, EventCatalogue.All.Select(description => description.Type).Order());
    }

    [Fact]
    public void Page_InDocs_IsUpToDate()
    {
        var path = Path.Combine(RepositoryOf(), "docs", "events.md");
        if (Environment.GetEnvironmentVariable("M2M_WRITE_DOCS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, EventCatalogue.Render());
        }

        Assert.Equal(EventCatalogue.Render(), File.ReadAllText(path).ReplaceLineEndings("\n"));
    }

    private static string RepositoryOf([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", ".."));
}
