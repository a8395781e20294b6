using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Constraints;

public sealed class RandomSchemaTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_the_schema_and_the_logits_the_text_is_JSON_that_satisfies_it(int part)
    {
        for (var seed = part * 25; seed < (part + 1) * 25; seed++)
        {
            var schema = Schema(new Random(seed), 0);
            var constraint = Generation.Schema(schema.ToJsonString());
            foreach (var temperature in (ReadOnlySpan<float>)[0, 1, 5])
            {
                var text = Generation.Text(constraint, seed, temperature);

                Assert.DoesNotContain('\uFFFD', text);
                Assert.True(Satisfies(JsonElement.Parse(text), schema, schema), $"{text} is not of {schema.ToJsonString()}");
            }
        }
    }

    private static JsonObject Schema(Random random, int depth)
    {
        switch (random.Next(depth > 3 ? 6 : 10))
        {
            case 0:
                var min = random.Next(4);
                return new JsonObject { ["type"] = "string", ["minLength"] = min, ["maxLength"] = min + random.Next(6) };
            case 1:
                return new JsonObject { ["type"] = random.Next(2) == 0 ? "number" : "integer" };
            case 2:
                return new JsonObject { ["type"] = new JsonArray("boolean", "null") };
            case 3:
                return new JsonObject { ["enum"] = new JsonArray("a", "ab\"\n", "ü😀", 12, null, new JsonObject { ["k"] = new JsonArray(1.5) }) };
            case 4:
                return new JsonObject { ["const"] = random.Next(100) };
            case 5:
                return new JsonObject { ["type"] = new JsonArray("string", "integer"), ["maxLength"] = 3 };
            case 6:
                var least = random.Next(3);
                return new JsonObject { ["type"] = "array", ["items"] = Schema(random, depth + 1), ["minItems"] = least, ["maxItems"] = least + random.Next(3) };
            case 7:
                return new JsonObject { ["anyOf"] = new JsonArray(Schema(random, depth + 1), Schema(random, depth + 1)) };
            default:
                return Object(random, depth);
        }
    }

    private static JsonObject Object(Random random, int depth)
    {
        var (properties, required) = (new JsonObject(), new JsonArray());
        for (var i = random.Next(5); i > 0; i--)
        {
            var name = "é\"p"[..random.Next(1, 4)] + i;
            properties[name] = Schema(random, depth + 1);
            if (random.Next(2) == 0)
            {
                required.Add(name);
            }
        }

        if (depth == 0)
        {
            properties["again"] = new JsonObject { ["$ref"] = "#" };
        }

        return new JsonObject { ["type"] = "object", ["properties"] = properties, ["required"] = required };
    }

    /// <summary>A validator of its own for what the generator above makes.</summary>
    private static bool Satisfies(JsonElement value, JsonNode schema, JsonNode root)
    {
        if (schema["$ref"] is not null)
        {
            return Satisfies(value, root, root);
        }

        if (schema["anyOf"] is JsonArray any)
        {
            return any.Any(s => Satisfies(value, s!, root));
        }

        if (schema["enum"] is JsonArray values)
        {
            return values.Any(v => JsonNode.DeepEquals(v, JsonNode.Parse(value.GetRawText())));
        }

        if (schema["const"] is { } constant)
        {
            return JsonNode.DeepEquals(constant, JsonNode.Parse(value.GetRawText()));
        }

        var types = schema["type"] is JsonArray list ? list.Select(t => (string)t!) : [(string)schema["type"]!];
        return types.Any(t => IsOfType(value, t, schema, root));
    }

    private static bool IsOfType(JsonElement value, string type, JsonNode schema, JsonNode root) => type switch
    {
        "string" => value.ValueKind == JsonValueKind.String
            && value.GetString()!.EnumerateRunes().Count() is var length
            && length >= ((int?)schema["minLength"] ?? 0) && length <= (int)schema["maxLength"]!,
        "number" => value.ValueKind == JsonValueKind.Number && double.IsFinite(value.GetDouble()),
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "array" => value.ValueKind == JsonValueKind.Array
            && value.GetArrayLength() >= (int)schema["minItems"]! && value.GetArrayLength() <= (int)schema["maxItems"]!
            && value.EnumerateArray().All(v => Satisfies(v, schema["items"]!, root)),
        _ => value.ValueKind == JsonValueKind.Object && IsObject(value, schema, root),
    };

    private static bool IsObject(JsonElement value, JsonNode schema, JsonNode root)
    {
        var order = schema["properties"]!.AsObject().Select(p => p.Key).ToList();
        var names = value.EnumerateObject().Select(p => p.Name).ToList();
        return schema["required"]!.AsArray().All(r => names.Contains((string)r!))
            && names.SequenceEqual(order.Where(names.Contains))
            && value.EnumerateObject().All(p => Satisfies(p.Value, schema["properties"]![p.Name]!, root));
    }
}
