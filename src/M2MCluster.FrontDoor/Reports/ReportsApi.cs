using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using M2MCluster.Contracts;
using M2MCluster.Contracts.Objects;
using M2MCluster.Contracts.Reading;
using M2MCluster.Contracts.Reports;
using M2MCluster.FrontDoor.Requests;
using M2MCluster.Protocols.Senml;

namespace M2MCluster.FrontDoor.Reports;

internal sealed class ReportsApi(IGrainFactory grains, IReportReader reports) : V1.ReportService.ReportServiceBase
{
    public override async Task<V1.ListReportsResponse> ListReports(V1.ListReportsRequest request, ServerCallContext context)
    {
        var problems = new Problems();
        var id = problems.Id(request.Parent, Names.Objects, "parent");
        var size = Paging.Size(request.PageSize, problems);
        var after = Paging.AfterNumber(request.PageToken, 0, problems);
        var from = problems.Time(request.From, "from");
        var to = problems.Time(request.To, "to");
        problems.Require(from is null || to is null || from <= to, "to", "is not before 'from'");
        problems.ThrowIfAny();

        var rows = await reports.ReadAsync(id, from, to, after, size + 1, context.CancellationToken);
        // An object that does not exist has no reports; only then is it worth asking which it is.
        if (rows.Count == 0) await grains.GetObject(id).Get();
        var answer = new V1.ListReportsResponse { Reports = { rows.Take(size).Select(Answer) } };
        if (rows.Count > size) answer.NextPageToken = Paging.Token(rows[size - 1].Id);
        return answer;
    }

    private static V1.Report Answer(StoredReport from)
    {
        var answer = new V1.Report
        {
            Id = from.Id.ToString("x16", CultureInfo.InvariantCulture),
            Time = from.ReceivedAt.ToTimestamp(),
            ContentType = from.ContentType,
            Payload = UnsafeByteOperations.UnsafeWrap(from.Payload),
            Senml = { SenmlReading.Read(from).Select(Answer) },
        };
        if (from.Via is { } via) answer.Via = Names.Objects + via;
        if (from.Fault is { } fault) answer.Fault = fault;
        return answer;
    }

    private static V1.SenmlRecord Answer(SenmlRecord from)
    {
        var answer = new V1.SenmlRecord { N = from.Name ?? "" };
        if (from.Unit is { } unit) answer.U = unit;
        if (from.Value is { } value) answer.V = value;
        if (from.StringValue is { } text) answer.Vs = text;
        if (from.BooleanValue is { } boolean) answer.Vb = boolean;
        if (from.DataValue is { } data) answer.Vd = ByteString.CopyFrom(data.Span);
        if (from.Sum is { } sum) answer.S = sum;
        if (from.Time is { } time) answer.T = time;
        return answer;
    }
}
