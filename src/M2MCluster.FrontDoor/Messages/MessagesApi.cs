using Grpc.Core;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Applications;
using M2MCluster.Contracts.Groups;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reading;
using M2MCluster.Contracts.Transactions;
using M2MCluster.FrontDoor.Access;
using M2MCluster.FrontDoor.Calls;
using M2MCluster.FrontDoor.Metering;
using M2MCluster.FrontDoor.Qos;
using M2MCluster.FrontDoor.Requests;
using Microsoft.Extensions.Hosting;

namespace M2MCluster.FrontDoor.Messages;

internal sealed class MessagesApi(IGrainFactory grains, IMessageReader messages, IServiceClasses classes, OutcomeWatch outcomes, IHostApplicationLifetime lifetime)
    : V1.MessageService.MessageServiceBase
{
    // A filter that fits little must not read all messages in one call: the page is then short, and its token goes on.
    private const int MostScanned = 10_000;
    private const int CancelledAtOnce = 32;

    public override async Task<V1.SendMessageResponse> SendMessage(V1.SendMessageRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var draft = MessageRequests.Draft(request, context.Principal().Application, classes, problems);
        problems.ThrowIfAny();
        if (draft.Terms?.Flow is { } flow) await FlowShares.DemandAsync(grains, context.Principal(), flow);
        draft = draft with { TraceParent = CallTrace.ParentOf(context.GetHttpContext()) };
        var target = draft.Area is null ? await Targets.ResolveAsync(grains, request.Target) : "";
        if (Names.IdIn(target, Names.Objects) is not null) CampaignRequests.CheckIsOne(request, problems);
        problems.ThrowIfAny();
        var receipt = draft.Area is { } area ? await grains.GetGrain<IAreaGrain>(AreaRequests.KeyOf(area)).Send(draft)
            : Names.IdIn(target, Names.Applications) is { } receiver ? await ApplicationOf(receiver).Send(draft)
            : Names.IdIn(target, Names.Groups) is { } group
            ? await grains.GetGrain<IGroupGrain>(group).Send(draft)
            : await grains.GetObject(ObjectOf(target)).Send(draft);
        return new() { Message = MessageAnswers.Message(receipt.Message), Warnings = { receipt.Warnings }, Mismatches = { (receipt.Mismatches ?? []).Select(ExplainAnswers.Mismatch) } };
    }

    public override async Task<V1.Message> GetMessage(V1.GetMessageRequest request, ServerCallContext context) =>
        await AnswerAsync(await FindAsync(request.Name, context, asReceiver: true), context.CancellationToken);

    public override async Task<V1.Message> AnswerMessage(V1.AnswerMessageRequest request, ServerCallContext context)
    {
        var message = await ReadAsync(request.Name, context.CancellationToken);
        AccessPolicy.AuthorizeReceiver(context.Principal(), message);
        var result = MessageRequests.Result(request.Result);
        var receipt = await ApplicationOf(Names.IdIn(message.Target, Names.Applications)!).Answer(message.Id, result);
        if (receipt == ResultReceipt.Conflict) throw new M2MException(ErrorCode.Aborted, "the message ended otherwise before");
        return MessageAnswers.Message(await ReadAsync(request.Name, context.CancellationToken));
    }

    public override async Task<V1.ListMessagesResponse> ListMessages(V1.ListMessagesRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var size = Paging.Size(request.PageSize, problems);
        var before = new MessageId(Paging.AfterNumber(request.PageToken, long.MaxValue, problems));
        var filter = MessageFilter.Parse(request.Filter, problems);
        problems.ThrowIfAny();

        var query = filter.Query(context.Principal().Application);
        var answer = new V1.ListMessagesResponse();
        for (var scanned = 0; scanned < MostScanned;)
        {
            var rows = await messages.ListAsync(query, before, size, context.CancellationToken);
            foreach (var row in rows)
            {
                if (answer.Messages.Count == size) break;
                before = row.Id;
                scanned++;
                if (filter.Matches(row)) answer.Messages.Add(MessageAnswers.Message(row));
            }

            if (rows.Count == 0 || (rows.Count < size && before == rows[^1].Id)) return answer;
            if (answer.Messages.Count == size) break;
        }

        answer.NextPageToken = Paging.Token(before.Value);
        return answer;
    }

    public override async Task<V1.Message> CancelMessage(V1.CancelMessageRequest request, ServerCallContext context)
    {
        var message = await FindAsync(request.Name, context);
        if (TransactionAnswers.IsWhole(message))
            return await AnswerAsync(await grains.GetGrain<ITransactionGrain>(message.Id.Value).Cancel(context.Principal().Actor), context.CancellationToken);
        if (message.Target.StartsWith(Names.Groups, StringComparison.Ordinal)) return await CancelGroupAsync(message, context);
        var actor = context.Principal().Actor;
        return MessageAnswers.Message(Names.IdIn(message.Target, Names.Applications) is { } receiver
            ? await ApplicationOf(receiver).Cancel(actor, message.Id)
            : await grains.GetObject(ObjectOf(message.Target)).Cancel(actor, message.Id));
    }

    public override async Task<V1.ExplainMessageResponse> ExplainMessage(V1.ExplainMessageRequest request, ServerCallContext context)
    {
        var message = await FindAsync(request.Name, context);
        if (TransactionAnswers.IsWhole(message))
        {
            var view = await grains.GetGrain<ITransactionGrain>(message.Id.Value).Explain();
            return TransactionAnswers.Explain(view, await AnswerAsync(view.Message, context.CancellationToken));
        }

        if (message.Target.StartsWith(Names.Groups, StringComparison.Ordinal)) return await ExplainGroupAsync(message, context.CancellationToken);
        var explanation = Names.IdIn(message.Target, Names.Applications) is { } receiver
            ? await ApplicationOf(receiver).Explain(message.Id)
            : await grains.GetObject(ObjectOf(message.Target)).Explain(message.Id);
        return ExplainAnswers.Explanation(explanation);
    }

    public override async Task<V1.Message> PauseMessage(V1.PauseMessageRequest request, ServerCallContext context)
    {
        var message = await FindCampaignAsync(request.Name, context);
        await grains.GetGrain<IGroupMessageGrain>(message.Id.Value).Pause(context.Principal().Actor);
        return await AnswerAsync(message, context.CancellationToken);
    }

    public override async Task<V1.Message> ResumeMessage(V1.ResumeMessageRequest request, ServerCallContext context)
    {
        var message = await FindCampaignAsync(request.Name, context);
        await grains.GetGrain<IGroupMessageGrain>(message.Id.Value).Resume(context.Principal().Actor);
        return await AnswerAsync(message, context.CancellationToken);
    }

    public override async Task WatchOutcomes(V1.WatchOutcomesRequest request, IServerStreamWriter<V1.WatchOutcomesResponse> responseStream, ServerCallContext context)
    {
        var message = await FindAsync(request.Name, context);
        RequireGroup(message);
        await Watches.StartAsync(context);
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await foreach (var part in outcomes.FollowAsync(message.Id, ends.Token)) await responseStream.WriteAsync(MessageAnswers.Outcome(part), ends.Token);
        }
        catch (OperationCanceledException) when (!context.CancellationToken.IsCancellationRequested)
        {
            throw new M2MException(ErrorCode.Unavailable, "this node stops; watch again at another");
        }
    }

    /// <summary>Cancels the members' messages that wait still; those that end meanwhile keep their outcome.</summary>
    private async Task<V1.Message> CancelGroupAsync(MessageRecord message, ServerCallContext context)
    {
        var actor = context.Principal().Actor;
        // A campaign takes back what waits by itself.
        if (await grains.GetGrain<IGroupMessageGrain>(message.Id.Value).Stop(actor)) return await AnswerAsync(message, context.CancellationToken);
        var query = new MessageQuery(Parent: message.Id, Waiting: true);
        var before = new MessageId(long.MaxValue);
        var found = 0;
        while (await messages.ListAsync(query, before, Paging.MaxSize, context.CancellationToken) is { Count: > 0 } parts)
        {
            found += parts.Count;
            before = parts[^1].Id;
            await Parallel.ForEachAsync(parts, new ParallelOptions { MaxDegreeOfParallelism = CancelledAtOnce }, async (part, _) =>
            {
                try
                {
                    await grains.GetObject(ObjectOf(part.Target)).Cancel(actor, part.Id);
                }
                catch (M2MException ended) when (ended.Code is ErrorCode.FailedPrecondition or ErrorCode.NotFound)
                {
                    // It ended first.
                }
            });
        }

        if (found == 0) throw new M2MException(ErrorCode.FailedPrecondition, "none of the members' messages waits any more");
        return await AnswerAsync(message, context.CancellationToken);
    }

    private async Task<V1.ExplainMessageResponse> ExplainGroupAsync(MessageRecord message, CancellationToken cancellation)
    {
        var answer = await AnswerAsync(message, cancellation);
        var standings = answer.MemberOutcomes.OrderBy(standing => standing.Key, StringComparer.Ordinal).Select(standing => $"{standing.Value} {standing.Key}");
        return new()
        {
            Message = answer,
            Summary = answer.MemberOutcomes.Count == 0 ? "The group had no members." : $"Of the members' messages: {string.Join(", ", standings)}.",
            Steps = { message.Steps.Select(MessageAnswers.Step) },
        };
    }

    private async Task<V1.Message> AnswerAsync(MessageRecord message, CancellationToken cancellation)
    {
        var answer = MessageAnswers.Message(message);
        if (message.Target.StartsWith(Names.Groups, StringComparison.Ordinal))
        {
            foreach (var (outcome, count) in await messages.OutcomesAsync(message.Id, cancellation))
            {
                answer.MemberOutcomes[outcome is { } ended ? MessageAnswers.NameOf(ended) : "WAITING"] = count;
            }

            if (!TransactionAnswers.IsWhole(message) && await grains.GetGrain<IGroupMessageGrain>(message.Id.Value).View() is { } campaign) answer.Campaign = CampaignRequests.Progress(campaign);
        }

        return answer;
    }

    private async ValueTask<MessageRecord> FindCampaignAsync(string name, ServerCallContext context)
    {
        var message = await FindAsync(name, context);
        RequireGroup(message);
        if (TransactionAnswers.IsWhole(message)) throw new M2MException(ErrorCode.FailedPrecondition, "the message is a transaction, which goes to all members at once");
        return message;
    }

    private static void RequireGroup(MessageRecord message)
    {
        if (!message.Target.StartsWith(Names.Groups, StringComparison.Ordinal)) throw new M2MException(ErrorCode.FailedPrecondition, "the message is not a group's");
    }

    private async ValueTask<MessageRecord> FindAsync(string name, ServerCallContext context, bool asReceiver = false)
    {
        var message = await ReadAsync(name, context.CancellationToken);
        if (!asReceiver || !AccessPolicy.IsReceiver(context.Principal(), message)) AccessPolicy.AuthorizeMessage(context.Principal(), message);
        return message;
    }

    private async ValueTask<MessageRecord> ReadAsync(string name, CancellationToken cancellation)
    {
        var id = default(MessageId);
        var problems = new Problems();
        var isName = name.StartsWith(Names.Messages, StringComparison.Ordinal) && MessageId.TryParse(name[Names.Messages.Length..], out id);
        problems.Require(isName, "name", "is not of the form messages/ID, the ID of 16 lower-case hexadecimal digits");
        problems.ThrowIfAny();
        return await messages.FindAsync(id, cancellation) ?? throw M2MException.NotFound(name);
    }

    private IApplicationMailboxGrain ApplicationOf(string id) => grains.GetGrain<IApplicationMailboxGrain>(id);

    private static string ObjectOf(string target) =>
        Names.IdIn(target, Names.Objects) ?? throw new InvalidOperationException("The target is neither an object nor a group.");
}
