using System.Text.Json;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Messages;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Planning;
using M2MCluster.Contracts.Sessions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace M2MCluster.Grains.Planning;

/// <summary>
/// Asks the planners of the bearers for what objects send. Acceptance does not wait for one that is silent: the message counts as one that cannot wait. What leaves
/// does: without an answer it asks again in a moment, since a budget is never exceeded; what is urgent asks this silo's stand-in.
/// </summary>
internal sealed partial class Planner(
    IOptions<PlanningOptions> options, SlotSizes sizes, IGrainFactory grains, StandIn standIn, PlannerPulse pulse, TimeProvider time, ILogger<Planner> logger)
{
    // The second time of one that has just taken over.
    private const int MostTries = 2;

    // It is the object's own word, and stands in every page of a plan.
    private const int LongestCell = 64;

    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(5);

    public bool Plans(Bearer bearer) => options.Value.Bearers.ContainsKey(bearer);

    /// <summary>Whether there is any bearer that is planned.</summary>
    public bool IsOn => options.Value.Bearers.Count > 0;

    /// <summary>Why a message of so many bytes never leaves over the bearer; null: it may.</summary>
    /// <param name="description">With what groups share.</param>
    public string? RefusalOf(Bearer bearer, ObjectDescription description, int bytes)
    {
        if (!sizes.Bounds(bearer)) return null;
        var most = sizes.MostOf(bearer, CellOf(description));
        return bytes <= most ? null : $"has {bytes} bytes; the budget of {bearer.ToString().ToUpperInvariant()} lets at most {most} leave in a slot";
    }

    /// <summary>The cell whose budget the object uses, 64 characters at most; null: none is known.</summary>
    /// <param name="description">With what groups share.</param>
    public static string? CellOf(ObjectDescription description)
    {
        if (description.Effective(Characteristics.Cell) is not { Length: > 0 } json) return description.Gateway;
        using var cell = JsonDocument.Parse(json);
        return cell.RootElement.ValueKind != JsonValueKind.Null && cell.RootElement.ToString() is { Length: <= LongestCell } name ? name : description.Gateway;
    }

    /// <summary>The message with its place in the plan, if it can wait and its bearer is planned.</summary>
    /// <param name="description">With what groups share.</param>
    /// <param name="within">Not after the message's bound.</param>
    /// <param name="route">Over which channel it would go now.</param>
    public async ValueTask<MessageRecord> PlaceAsync(ObjectDescription description, MessageRecord message, DateTimeOffset within, Func<ValueTask<Channel?>> route)
    {
        if (!IsOn || message.Latest is not { } latest) return message;
        if (BearerOf(description, message, await route()) is not { } bearer || !Plans(bearer)) return message;
        return await ReserveAsync(bearer, description, message, within) is { } plan ? message with { Plan = plan with { Latest = latest } } : message;
    }

    /// <summary>Null: the planner is silent.</summary>
    public async ValueTask<PlannedSlot?> ReserveAsync(Bearer bearer, ObjectDescription description, MessageRecord message, DateTimeOffset latest)
    {
        try
        {
            var earliest = message.Terms?.NotBefore ?? message.AcceptedAt;
            return await PlannerOf(bearer).Reserve(new(CellOf(description), message.Payload.Length, earliest, latest)).AsTask()
                .WaitAsync(options.Value.Patience, time);
        }
        catch (Exception silent) when (silent is TimeoutException or OrleansException or M2MException)
        {
            LogSilent(bearer, silent.Message);
            return null;
        }
    }

    /// <summary>Whether a message may leave over the bearer now. Without an answer it may not.</summary>
    public async ValueTask<Permit> AdmitAsync(Bearer bearer, ObjectDescription description, MessageRecord message, PlanHold? hold)
    {
        var request = new PermitRequest(CellOf(description), message.Payload.Length, message.Priority, hold, message.Latest, message.Terms?.Flow);
        var rank = Rank.Of(hold, message.Priority, message.Latest, time.GetUtcNow());
        return await AskAsync(bearer, request, isUrgent: rank != Rank.Tolerant && request.Flow is null) ?? new(false, new(time.GetUtcNow() + AskAgainAfter, rank));
    }

    private async ValueTask<Permit?> AskAsync(Bearer bearer, PermitRequest request, bool isUrgent)
    {
        try
        {
            if (isUrgent && pulse.IsSilent(bearer)) return await standIn.AdmitAsync(bearer, request);
            return await AskPlannerAsync(bearer, request) ?? (isUrgent && pulse.IsSilent(bearer) ? await standIn.AdmitAsync(bearer, request) : null);
        }
        catch (Exception failure) when (failure is TimeoutException or M2MException)
        {
            LogSilent(bearer, failure.Message);
            return null;
        }
    }

    /// <summary>Null: it is silent.</summary>
    /// <exception cref="M2MException">It does not grant anything now.</exception>
    private async ValueTask<Permit?> AskPlannerAsync(Bearer bearer, PermitRequest request)
    {
        for (var tries = 1; ; tries++)
        {
            var asked = pulse.Now;
            try
            {
                return await HearAsync(bearer, request).WaitAsync(options.Value.Patience, time);
            }
            catch (M2MException overtaken) when (overtaken.Code == ErrorCode.Aborted && tries < MostTries)
            {
                // It has ended; the next one knows how things stand.
            }
            catch (Exception silent) when (silent is TimeoutException or OrleansException)
            {
                if (pulse.Missed(bearer, asked)) LogStandIn(bearer, silent.Message);
                else LogSilent(bearer, silent.Message);
                return null;
            }
        }
    }

    // An answer that comes too late for who asked tells the others that there is one.
    private async Task<Permit> HearAsync(Bearer bearer, PermitRequest request)
    {
        var permit = await PlannerOf(bearer).Admit(request);
        pulse.Heard(bearer);
        return permit;
    }

    // Where it goes if it went now; else where it was heard of; else the first that is planned, since a sleeper's way shows only when it wakes.
    private Bearer? BearerOf(ObjectDescription description, MessageRecord message, Channel? now)
    {
        if (now is not null) return now.Bearer;
        var allowed = message.Terms?.Paths;
        if (description.Registration is { } registration && (allowed?.Allows(registration.Bearer) ?? true)) return registration.Bearer;
        foreach (var bearer in options.Value.Bearers.Keys.Order())
        {
            if (allowed?.Allows(bearer) ?? true) return bearer;
        }

        return null;
    }

    private IPlannerGrain PlannerOf(Bearer bearer) => grains.GetGrain<IPlannerGrain>((long)bearer);

    [LoggerMessage(3602, LogLevel.Warning, "The planner of {Bearer} does not answer: {Reason}")]
    private partial void LogSilent(Bearer bearer, string reason);

    [LoggerMessage(3604, LogLevel.Warning, "The planner of {Bearer} answers nobody here, and what is urgent leaves without it: {Reason}")]
    private partial void LogStandIn(Bearer bearer, string reason);
}
