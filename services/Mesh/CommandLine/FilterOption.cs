using System.CommandLine;
using System.Text.Json;

namespace MultiModalMesh.Mesh.CommandLine;

/// <summary><c>--filter JSON</c>, as <c>/api/collections/{name}/search</c> takes it.</summary>
internal static class FilterOption
{
    public static Option<JsonElement?> Create() => new("--filter")
    {
        Description = """Only items whose payload is so, as JSON: {"shelf": 3}, {"year": {"$gte": 2020}}.""",
        CustomParser = result =>
        {
            try
            {
                return JsonSerializer.Deserialize<JsonElement>(result.Tokens[0].Value);
            }
            catch (JsonException)
            {
                result.AddError("--filter takes JSON such as {\"shelf\": 3}.");
                return null;
            }
        },
    };
}
