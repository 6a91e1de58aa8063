namespace M2MCluster.Testing;

/// <summary>
/// Marks a test method that shows a requirement of ETSI TS 102 689 from outside. The id is that of the requirements table, such as
/// <c>4.7</c> or <c>6.13.a</c>; <c>docs/requirements.md</c> is generated from the outcome of the tests so marked.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class RequirementAttribute(string id) : Attribute
{
    public string Id { get; } = id;
}
