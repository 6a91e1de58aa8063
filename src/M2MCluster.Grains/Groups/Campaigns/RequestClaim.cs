using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Grains.Commit;

namespace M2MCluster.Grains.Groups.Campaigns;

/// <summary>
/// Gives a request for a campaign its message's id, the same whoever asks: a group may be active twice for a moment, and a campaign does not write the group's own state. Two that
/// begin the same request then write the same message, of which storage takes one. The row stays only while the message is not on disk.
/// </summary>
internal sealed class RequestClaim(GroupServices services, string application, string group, string request)
{
    private const string Kind = "group-request";

    private readonly string _key = $"{application}/{group}/{request}";

    /// <summary>The id for the message, or the message, which is there already.</summary>
    /// <exception cref="M2MException"><see cref="ErrorCode.Unavailable"/>: storage is away, or others come and go too fast.</exception>
    public async ValueTask<(MessageId Id, MessageRecord? Sent)> TakeAsync(MessageId wanted)
    {
        if (!await TryWriteAsync(new(Kind, _key, 0, BitConverter.GetBytes(wanted.Value))))
        {
            if (await services.States.ReadAsync(Kind, _key) is { } taken) return (new(BitConverter.ToInt64(taken.Body)), await FindAsync());
            // It was dealt with in between, so the message is there.
            return await FindAsync() is { } there ? (there.Id, there) : throw new M2MException(ErrorCode.Unavailable, "the same request is being dealt with; try again");
        }

        if (await FindAsync() is not { } sent) return (wanted, null);
        await ReleaseAsync();
        return (sent.Id, sent);
    }

    /// <summary>The message is on disk, and found by its request from now on.</summary>
    public async ValueTask ReleaseAsync()
    {
        try
        {
            await TryWriteAsync(new(Kind, _key, 1, null));
        }
        catch (M2MException)
        {
            // The row stays, and says nothing else than the message.
        }
    }

    public ValueTask<MessageRecord?> FindAsync() => services.Messages.FindByRequestAsync(application, Names.Groups + group, request, CancellationToken.None);

    private async ValueTask<bool> TryWriteAsync(StateWrite row)
    {
        try
        {
            await services.Pipeline.CommitAsync(new WriteSet(row));
            return true;
        }
        catch (StaleVersionException)
        {
            return false;
        }
    }
}
