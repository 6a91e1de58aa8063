using System.Text.Json.Nodes;
using Google.Api;
using Google.Protobuf.Reflection;
using M2MCluster.FrontDoor.Events;
using M2MCluster.FrontDoor.Importing;

namespace M2MCluster.FrontDoor.OpenApi;

/// <summary>The JSON form of m2m.v1 in OpenAPI 3.1, from the HTTP rules and comments of the protos.</summary>
internal static class OpenApiDocument
{
    public static JsonObject Build()
    {
        var schemas = new SchemaBook();
        var paths = new JsonObject();
        foreach (var method in ApiDescription.Services.SelectMany(service => service.Methods))
        {
            var isFirst = true;
            foreach (var rule in ApiDescription.RulesOf(method))
            {
                var (verb, template) = ApiDescription.PatternOf(rule);
                var path = PathTemplate.Parse(template);
                if (!paths.ContainsKey(path.Path)) paths[path.Path] = new JsonObject();
                paths[path.Path]![verb] = Operation(method, rule, path, schemas, isFirst ? method.Name : method.Name + "_" + verb);
                isFirst = false;
            }
        }

        paths[ImportEndpoint.Path] = new JsonObject { ["post"] = Import(schemas) };
        var error = schemas.Of(Google.Rpc.Status.Descriptor);
        return new()
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = "M2MCluster", ["version"] = "v1", ["description"] = "The same as the gRPC package m2m.v1, by JSON." },
            ["security"] = new JsonArray(new JsonObject { ["key"] = new JsonArray() }),
            ["tags"] = new JsonArray([.. ApiDescription.Services.Select(service => new JsonObject { ["name"] = service.Name, ["description"] = SchemaBook.CommentOf(service) })]),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas.ToJson(),
                ["responses"] = new JsonObject
                {
                    ["Error"] = new JsonObject
                    {
                        ["description"] = "A google.rpc.Status; its details are google.rpc.ErrorInfo and, by need, BadRequest, RetryInfo and RequestInfo.",
                        ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = error } },
                    },
                },
                ["securitySchemes"] = new JsonObject { ["key"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" } },
            },
        };
    }

    /// <summary>The one call whose body is no JSON: the twin of a client stream, which transcoding cannot give.</summary>
    private static JsonObject Import(SchemaBook schemas)
    {
        var method = ApiDescription.Services.SelectMany(service => service.Methods).Single(method => method.Name == "ImportObjects");
        var text = new JsonObject { ["schema"] = new JsonObject { ["type"] = "string" } };
        return new()
        {
            ["operationId"] = method.Name,
            ["tags"] = new JsonArray(method.Service.Name),
            ["description"] = SchemaBook.CommentOf(method),
            ["parameters"] = new JsonArray(Parameter("importId", "string"), Parameter("update", "boolean")),
            ["requestBody"] = new JsonObject { ["required"] = true, ["content"] = new JsonObject { ["application/x-ndjson"] = text, ["text/csv"] = text.DeepClone() } },
            ["responses"] = new JsonObject { ["200"] = Answer(method, schemas), ["default"] = new JsonObject { ["$ref"] = "#/components/responses/Error" } },
        };

        static JsonObject Parameter(string name, string type) => new() { ["name"] = name, ["in"] = "query", ["schema"] = new JsonObject { ["type"] = type } };
    }

    private static JsonObject Operation(MethodDescriptor method, HttpRule rule, PathTemplate path, SchemaBook schemas, string id)
    {
        var operation = new JsonObject { ["operationId"] = id, ["tags"] = new JsonArray(method.Service.Name) };
        if (SchemaBook.CommentOf(method) is { Length: > 0 } comment) operation["description"] = comment;
        var parameters = new JsonArray();
        foreach (var parameter in path.Parameters)
        {
            parameters.Add(new JsonObject { ["name"] = parameter, ["in"] = "path", ["required"] = true, ["schema"] = new JsonObject { ["type"] = "string" } });
        }

        if (rule.Body != "*")
        {
            foreach (var field in method.InputType.Fields.InDeclarationOrder())
            {
                if (field.Name == rule.Body || path.Fields.Contains(field.Name)) continue;
                parameters.Add(Query(field, schemas));
            }
        }

        if (parameters.Count > 0) operation["parameters"] = parameters;
        if (rule.Body.Length > 0)
        {
            var body = rule.Body == "*" ? schemas.Without(method.InputType, path.Fields) : schemas.Of(method.InputType.FindFieldByName(rule.Body));
            operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = body } } };
        }

        operation["responses"] = new JsonObject { ["200"] = Answer(method, schemas), ["default"] = new JsonObject { ["$ref"] = "#/components/responses/Error" } };
        return operation;
    }

    private static JsonObject Query(FieldDescriptor field, SchemaBook schemas)
    {
        var parameter = new JsonObject { ["name"] = field.JsonName, ["in"] = "query", ["schema"] = schemas.Of(field) };
        if (SchemaBook.CommentOf(field) is { Length: > 0 } comment) parameter["description"] = comment;
        if (SchemaBook.Has(field, FieldBehavior.Required)) parameter["required"] = true;
        return parameter;
    }

    private static JsonObject Answer(MethodDescriptor method, SchemaBook schemas)
    {
        var content = new JsonObject { ["application/json"] = new JsonObject { ["schema"] = schemas.Of(method.OutputType) } };
        if (!method.IsServerStreaming) return new() { ["description"] = "Done.", ["content"] = content };
        content[EventStream.ContentType] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "string" } };
        return new() { ["description"] = "Without end: one JSON object on each line, or server-sent events whose ids are cursors.", ["content"] = content };
    }
}
