using Google.Api;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace M2MCluster.FrontDoor.OpenApi;

/// <summary>The services of m2m.v1 with the comments of their protos, which the stubs do not carry.</summary>
internal static class ApiDescription
{
    private const string Resource = "m2m.v1.protoset";

    public static IReadOnlyList<ServiceDescriptor> Services { get; } = Load();

    /// <summary>The HTTP rules of a method, the additional ones included.</summary>
    public static IEnumerable<HttpRule> RulesOf(MethodDescriptor method)
    {
        var rule = method.GetOptions()?.GetExtension(AnnotationsExtensions.Http);
        return rule is null ? [] : [rule, .. rule.AdditionalBindings];
    }

    public static (string Verb, string Template) PatternOf(HttpRule rule) => rule.PatternCase switch
    {
        HttpRule.PatternOneofCase.Get => ("get", rule.Get),
        HttpRule.PatternOneofCase.Post => ("post", rule.Post),
        HttpRule.PatternOneofCase.Put => ("put", rule.Put),
        HttpRule.PatternOneofCase.Patch => ("patch", rule.Patch),
        HttpRule.PatternOneofCase.Delete => ("delete", rule.Delete),
        _ => throw new InvalidOperationException($"The HTTP rule {rule} is of a kind that the API does not use."),
    };

    private static List<ServiceDescriptor> Load()
    {
        using var stream = typeof(V1.Object).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The API's assembly carries no {Resource}.");
        var set = FileDescriptorSet.Parser.ParseFrom(stream);
        var extensions = new ExtensionRegistry { AnnotationsExtensions.Http, FieldBehaviorExtensions.FieldBehavior };
        var files = FileDescriptor.BuildFromByteStrings(set.File.Select(file => file.ToByteString()), extensions);
        return [.. files.Where(file => file.Package == "m2m.v1").SelectMany(file => file.Services).OrderBy(service => service.Name, StringComparer.Ordinal)];
    }
}
