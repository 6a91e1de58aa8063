using M2MCluster.Contracts;

namespace M2MCluster.FrontDoor.Access;

/// <summary>Who calls: the operator, or an application.</summary>
internal sealed record Principal
{
    private Principal(string? application) => Application = application;

    public static Principal Operator { get; } = new((string?)null);

    /// <summary>The application's id; null for the operator.</summary>
    public string? Application { get; }

    public bool IsOperator => Application is null;

    /// <summary>As the audit names it.</summary>
    public string Actor => Application is null ? "operator" : Names.Applications + Application;

    public static Principal Of(string application) => new(application);
}
