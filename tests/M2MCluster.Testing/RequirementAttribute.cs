using Xunit.Abstractions;
using Xunit.Sdk;

namespace M2MCluster.Testing;

/// <summary>
/// Marks a test that shows a requirement of ETSI TS 102 689 from outside. The id is that of the requirements table, such as
/// <c>4.7</c> or <c>6.13.a</c>; <c>docs/requirements.md</c> is generated from the outcome of the tests so marked.
/// </summary>
[TraitDiscoverer("M2MCluster.Testing.RequirementDiscoverer", "M2MCluster.Testing")]
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class RequirementAttribute(string id) : Attribute, ITraitAttribute
{
    public string Id { get; } = id;
}

/// <summary>Tells xunit the requirement as the trait <c>Requirement</c>, which the test log carries.</summary>
public sealed class RequirementDiscoverer : ITraitDiscoverer
{
    public IEnumerable<KeyValuePair<string, string>> GetTraits(IAttributeInfo traitAttribute)
    {
        ArgumentNullException.ThrowIfNull(traitAttribute);
        yield return new("Requirement", (string)traitAttribute.GetConstructorArguments().Single());
    }
}
