using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace MultiModalMesh.Gateway.OpenApi;

/// <summary>The OpenAPI document at /openapi/v1.json and a readable page of it at /docs, which carries its own script and needs no network.</summary>
internal static class ApiDescription
{
    private const string Image = "img_9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    private static readonly Dictionary<string, string> Examples = new(StringComparer.Ordinal)
    {
        ["POST api/dialogues/{id}/turns"] = $$$"""{"requestId":"3f2a","text":"How many cups are there?","images":["{{{Image}}}"]}""",
        ["POST api/jobs"] = $$$"""{"requestId":"shelf-7","text":"How many cups are there?","items":[{"id":"cup.png","image":"{{{Image}}}"}]}""",
        ["POST v1/chat/completions"] =
            $$$"""{"model":"default","messages":[{"role":"user","content":[{"type":"text","text":"What is in this picture?"},{"type":"image_url","image_url":{"url":"{{{Image}}}"}}]}],"stream":false}""",
        ["POST v1/completions"] = """{"model":"default","prompt":"Once upon a time","max_tokens":16,"logprobs":2}""",
        ["POST api/tokenize"] = """{"model":"default","text":"a red cup"}""",
        ["POST api/detokenize"] = """{"model":"default","ids":[5,6,7]}""",
        ["POST v1/embeddings"] = $$$"""{"model":"default","input":["a red cup",{"type":"image_url","image_url":{"url":"{{{Image}}}"}}]}""",
        ["PUT api/collections/{name}"] = "{}",
        ["POST api/collections/{name}/items"] = $$$"""{"items":[{"id":"cup.png","image":"{{{Image}}}","payload":{"shelf":3}}]}""",
        ["POST api/collections/{name}/search"] = """{"text":"a red cup","limit":5,"filter":{"shelf":{"$gte":3}}}""",
        ["POST api/collections/{name}/count"] = """{"filter":{"shelf":3}}""",
        ["POST api/collections/{name}/duplicates"] = """{"minScore":0.98}""",
    };

    public static void AddApiDescription(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "MultiModalMesh",
                Version = "v1",
                Description =
                    "An assistant that sees. `/api` is the mesh's own: pictures, dialogues, jobs, collections. `/v1` is OpenAI's, for every client that speaks it. "
                    + "Errors under `/api` are problem details with a `reason` for programs; under `/v1` they have OpenAI's shape. "
                    + "Where API keys are configured, send one as `Authorization: Bearer KEY` or `x-api-key: KEY`.",
            };
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["apiKey"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key of this mesh; none is needed where none is configured." },
            };

            // A server address in the document would be wrong behind every proxy; without one, clients use where they got it from.
            document.Servers?.Clear();
            return Task.CompletedTask;
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            var key = $"{context.Description.HttpMethod} {context.Description.RelativePath}";
            if (key == "POST api/images")
            {
                operation.RequestBody = new OpenApiRequestBody
                {
                    Required = true,
                    Description = "The file itself.",
                    Content = new Dictionary<string, OpenApiMediaType>
                    {
                        ["application/octet-stream"] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } },
                    },
                };
            }

            if (Examples.TryGetValue(key, out var example) && operation.RequestBody?.Content?.TryGetValue("application/json", out var body) == true)
            {
                body.Example = JsonNode.Parse(example);
            }

            return Task.CompletedTask;
        });
    });

    public static void MapApiDescription(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi("/openapi/{documentName}.json");
        routes.MapScalarApiReference("/docs", options =>
        {
            options.WithTitle("MultiModalMesh API").DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp();
            options.AddDocument("v1");
        });
    }
}
