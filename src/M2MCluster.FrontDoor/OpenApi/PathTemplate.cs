using System.Text;

namespace M2MCluster.FrontDoor.OpenApi;

/// <summary>A path of an HTTP rule, as OpenAPI writes it: <c>/v1/{name=objects/*}:x</c> becomes <c>/v1/objects/{object}:x</c>.</summary>
internal sealed record PathTemplate(string Path, IReadOnlyList<string> Parameters, IReadOnlyList<string> Fields)
{
    public static PathTemplate Parse(string template)
    {
        var path = new StringBuilder();
        var parameters = new List<string>();
        var fields = new List<string>();
        for (var at = 0; at < template.Length;)
        {
            if (template[at] != '{')
            {
                path.Append(template[at++]);
                continue;
            }

            var end = template.IndexOf('}', at);
            var parts = template[(at + 1)..end].Split('=');
            fields.Add(parts[0]);
            path.Append(Expand(parts[1], parameters));
            at = end + 1;
        }

        return new(path.ToString(), parameters, fields);
    }

    private static string Expand(string pattern, List<string> parameters)
    {
        var segments = pattern.Split('/');
        for (var i = 1; i < segments.Length; i++)
        {
            if (segments[i] != "*") continue;
            // The id in a collection is named by its singular.
            var parameter = segments[i - 1].TrimEnd('s');
            parameters.Add(parameter);
            segments[i] = "{" + parameter + "}";
        }

        return string.Join('/', segments);
    }
}
