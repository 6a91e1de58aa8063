using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;

namespace M2MCluster.FrontDoor.Tests;

[Collection(FrontDoorCollection.Name)]
public sealed class GroupSearchTests(FrontDoorFixture door)
{
    [Fact]
    public async Task SearchMembers_OfSleepers_FindsThemAndWakesNobody()
    {
        using var rest = door.Rest();
        var prefix = door.NewName("sleeper");
        var lines = string.Join('\n', Enumerable.Range(0, 20).Select(i => $$"""{"objectId":"{{prefix}}-{{i:d2}}","characteristics":{"floor":{{i % 2}}} }"""));
        using var body = new StringContent(lines, Encoding.UTF8, "application/x-ndjson");
        using (var imported = await rest.Http.PostAsync(new Uri("/v1/objects:import", UriKind.Relative), body)) Assert.Equal(HttpStatusCode.OK, imported.StatusCode);
        await UntilAsync(async () => (await rest.GetAsync($"/v1/objects?filter=id=\"{prefix}-*\"").Ok()).GetProperty("objects").GetArrayLength() == 20);
        var members = string.Join(',', Enumerable.Range(0, 20).Select(i => $"\"objects/{prefix}-{i:d2}\""));
        await rest.PostAsync($"/v1/groups?groupId={prefix}", $$"""{"members":[{{members}}]}""").Ok();

        var found = await rest.GetAsync($"/v1/groups/{prefix}/members:search?filter={Uri.EscapeDataString("characteristics.floor = 1")}").Ok();
        Assert.Equal(
            Enumerable.Range(0, 10).Select(i => $"objects/{prefix}-{(2 * i) + 1:d2}"), found.GetProperty("members").EnumerateArray().Select(member => member.GetString()));
        Assert.Empty(await ActiveAsync(prefix + "-"));
        await rest.GetAsync($"/v1/objects/{prefix}-00").Ok();
        Assert.Single(await ActiveAsync(prefix + "-"));
    }

    private async Task<IReadOnlyList<string>> ActiveAsync(string part)
    {
        var active = await door.Services.GetRequiredService<IGrainFactory>().GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics(null, null);
        return [.. active.Select(one => one.GrainId.ToString()).Where(id => id.Contains(part, StringComparison.Ordinal))];
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await holds()) await Task.Delay(50, patience.Token);
    }
}
