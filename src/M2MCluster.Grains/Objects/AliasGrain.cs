using System.Text;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Grains.Commit;
using Orleans.Placement;

namespace M2MCluster.Grains.Objects;

[GrainType("alias"), PreferLocalPlacement]
internal sealed class AliasGrain(ICommitPipeline pipeline, IStateReader states) : Grain, IAliasGrain
{
    private long _version;
    private string? _resource;

    public override Task OnActivateAsync(CancellationToken cancellationToken) => ReadAsync();

    public async ValueTask<string?> Resolve()
    {
        // An import writes names without their grains: a name that was free is looked up again.
        if (_resource is null) await ReadAsync();
        return _resource;
    }

    public async ValueTask Claim(string resource)
    {
        if (_resource == resource) return;
        if (_resource is not null)
            throw new M2MException(ErrorCode.AlreadyExists, $"the name {this.GetPrimaryKeyString()} is taken by {_resource}", "names");
        await WriteAsync(resource);
    }

    public async ValueTask Release(string resource)
    {
        if (_resource == resource) await WriteAsync(null);
    }

    private async ValueTask WriteAsync(string? resource)
    {
        var body = resource is null ? null : Encoding.UTF8.GetBytes(resource);
        await pipeline.CommitAsync(new(new("alias", this.GetPrimaryKeyString(), _version, body)), DeactivateOnIdle);
        _resource = resource;
        _version = resource is null ? 0 : _version + 1;
    }

    private async Task ReadAsync()
    {
        var stored = await states.ReadAsync("alias", this.GetPrimaryKeyString());
        _version = stored?.Version ?? 0;
        _resource = stored is null ? null : Encoding.UTF8.GetString(stored.Body);
    }
}
