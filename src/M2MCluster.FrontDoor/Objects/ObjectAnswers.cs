using Google.Protobuf.WellKnownTypes;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Sessions;
using M2MCluster.FrontDoor.Requests;

namespace M2MCluster.FrontDoor.Objects;

/// <summary>What is known of an object, as callers read it.</summary>
internal static class ObjectAnswers
{
    public static V1.Object Object(ObjectView view)
    {
        var answer = Object(view.Description);
        answer.Status = Status(view.Status);
        if (view.Shared is { } shared) Share(answer, shared);
        foreach (var condition in view.Status.Conditions)
        {
            answer.EffectiveCharacteristics[condition.Name] = new()
            {
                Value = JsonValues.Parse(condition.Json),
                Source = V1.EffectiveCharacteristic.Types.Source.Reported,
                Time = Timestamp.FromDateTimeOffset(DateTimeOffset.FromUnixTimeMilliseconds(condition.Since)),
            };
        }

        return answer;
    }

    public static V1.Object Object(ObjectDescription from)
    {
        var answer = new V1.Object
        {
            Name = Names.Objects + from.Id,
            Kind = (V1.Object.Types.Kind)from.Kind,
            DisplayName = from.DisplayName,
            Characteristics = Struct(from.Preconfigured),
            ProvidedCharacteristics = Struct(from.Provided),
            SecurityPolicy = new() { Plain = (V1.SecurityPolicy.Types.Plain)from.Plain },
            Gateway = from.Gateway is { Length: > 0 } gateway ? Names.Objects + gateway : "",
            PermittedGateways = { from.PermittedGateways.Select(id => Names.Objects + id) },
            Names = { from.Names },
            Mailbox = new()
            {
                MaxMessages = from.Mailbox.MaxMessages,
                MaxBytes = from.Mailbox.MaxBytes,
                WhenFull = (V1.Mailbox.Types.WhenFull)from.Mailbox.WhenFull,
            },
            Registration = from.Registration is { } registration ? Registration(registration) : null,
            CreateTime = from.CreatedAt.ToTimestamp(),
            UpdateTime = from.UpdatedAt.ToTimestamp(),
        };
        if (from.Hold is { } hold) answer.Hold = new() { Application = Names.Applications + hold.Application, Priority = hold.Priority, Until = hold.Until.ToTimestamp() };
        foreach (var (name, value) in answer.Characteristics.Fields) answer.EffectiveCharacteristics[name] = new() { Value = value, Source = V1.EffectiveCharacteristic.Types.Source.Preconfigured };
        foreach (var (name, value) in answer.ProvidedCharacteristics.Fields) answer.EffectiveCharacteristics[name] = new() { Value = value, Source = V1.EffectiveCharacteristic.Types.Source.Provided };
        return answer;
    }

    /// <summary>What groups and report tasks say holds.</summary>
    public static void Share(V1.Object answer, IReadOnlyDictionary<string, SharedCharacteristic> shared)
    {
        foreach (var (name, (value, group, task)) in shared)
        {
            answer.EffectiveCharacteristics[name] = new()
            {
                Value = JsonValues.Parse(value),
                Source = task is null ? V1.EffectiveCharacteristic.Types.Source.Group : V1.EffectiveCharacteristic.Types.Source.ReportTask,
                Group = group.Length == 0 ? "" : Names.Groups + group,
                ReportTask = task is null ? "" : Names.ReportTasks + task,
            };
        }
    }

    public static V1.Credential Credential(string objectId, CredentialView from, string? secret)
    {
        var kind = new V1.Credential.Types.MqttSecret();
        if (secret is not null) kind.Secret = secret;
        return new()
        {
            Name = $"{Names.Objects}{objectId}/credentials/{from.Id}",
            MqttSecret = kind,
            CreateTime = from.CreatedAt.ToTimestamp(),
            RevokeTime = from.RevokedAt?.ToTimestamp(),
        };
    }

    private static V1.ObjectStatus Status(ObjectStatus from) => new()
    {
        Reachability = (V1.ObjectStatus.Types.Reachability)from.Reachability,
        Until = from.Until?.ToTimestamp(),
        LastSeenTime = from.LastSeenAt?.ToTimestamp(),
        Connected = { from.Connected.Select(BearerName) },
        WaitingMessages = from.WaitingMessages,
        WaitingBytes = from.WaitingBytes,
        Reports = from.Reports,
        ReportBytes = from.ReportBytes,
        Messages = from.Messages,
        Faults = from.Faults,
    };

    private static V1.Registration Registration(Registration from) => new()
    {
        Lifetime = Duration.FromTimeSpan(from.Lifetime),
        Links = from.Links,
        RegisterTime = from.RegisteredAt.ToTimestamp(),
        ExpireTime = from.ExpiresAt.ToTimestamp(),
        Parameters = { from.Parameters },
    };

    private static string BearerName(Bearer bearer) => bearer switch
    {
        Bearer.Coap => "COAP",
        Bearer.Mqtt => "MQTT",
        _ => "SMS",
    };

    private static Struct Struct(IReadOnlyDictionary<string, string> values)
    {
        var fields = new Struct();
        foreach (var (name, json) in values) fields.Fields[name] = JsonValues.Parse(json);
        return fields;
    }
}
