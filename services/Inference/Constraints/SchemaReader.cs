using System.Text.Json;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Inference.Constraints;

/// <summary>Reads a JSON schema as rules. A keyword that would not be kept is refused by name: a promise half kept is worse than none.</summary>
internal sealed class SchemaReader
{
    private const int MaxDepth = 32;
    private const int MaxRules = 1000;
    private const int MaxProperties = 128;
    private const int MaxEntries = 1000;
    private const int MaxItems = 10_000;
    private const int DefaultItems = 64;
    private const int MaxCharacters = 100_000;
    private const int DefaultCharacters = 1024;

    private static readonly string[] Annotations = ["title", "description", "default", "examples", "deprecated", "$schema", "$id", "$comment", "$defs", "definitions"];

    private readonly JsonElement _root;
    private readonly TokenSpellings _spellings;
    private readonly bool _asciiOnly;
    private readonly List<Rule> _rules = [];
    private readonly Dictionary<string, AnyRule> _references = new(StringComparer.Ordinal);
    private readonly Queue<(string Reference, string Field)> _unread = [];
    private MapRule? _anyObject;

    private SchemaReader(JsonElement root, TokenSpellings spellings)
    {
        _root = root;
        _spellings = spellings;
        if (!spellings.Spells([.. Enumerable.Range(0x20, 0x5F).Select(b => (byte)b)]))
        {
            throw TokenConstraint.Invalid("schema", "The model's tokens cannot spell every JSON text; use a model with byte-level tokens for structured output.");
        }

        _asciiOnly = !spellings.Spells([.. Enumerable.Range(0x80, 0x40).Concat(Enumerable.Range(0xC2, 0x33)).Select(b => (byte)b)]);
    }

    /// <summary>The frame that writes a value of the schema.</summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.InvalidRequest"/>, with the path of the keyword as field.</exception>
    public static Frame Read(JsonElement schema, TokenSpellings spellings)
    {
        var reader = new SchemaReader(schema, spellings);
        var root = reader.Reference("#", "schema");
        while (reader._unread.TryDequeue(out var unread))
        {
            var field = unread.Reference.Replace("#", "schema", StringComparison.Ordinal).Replace('/', '.');
            reader._references[unread.Reference].Alternatives.Add(reader.Rule(reader.Find(unread.Reference, unread.Field), field, 0));
        }

        Constraints.Rule.Measure(reader._rules);
        return root.Height <= MaxDepth
            ? new RuleFrame(root, MaxDepth)
            : throw TokenConstraint.Invalid("schema", root.Height == Constraints.Rule.Endless
                ? "The schema refers to itself without an end: no finite value satisfies it."
                : $"The schema needs values of {root.Height} levels; the limit is {MaxDepth}.");
    }

    private Rule Rule(JsonElement schema, string field, int depth)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            throw TokenConstraint.Invalid(field, "A schema must be a JSON object.");
        }

        if (depth > MaxDepth)
        {
            throw TokenConstraint.Invalid(field, $"The schema nests deeper than {MaxDepth} levels.");
        }

        if (schema.TryGetProperty("$ref", out var reference))
        {
            Allow(schema, field, "$ref");
            return Reference(Text(reference, field + ".$ref"), field + ".$ref");
        }

        foreach (var union in (ReadOnlySpan<string>)["anyOf", "oneOf"])
        {
            if (schema.TryGetProperty(union, out var alternatives))
            {
                Allow(schema, field, union);
                return Any(alternatives, $"{field}.{union}", (element, path) => Rule(element, path, depth + 1));
            }
        }

        if (schema.TryGetProperty("const", out var constant))
        {
            Allow(schema, field, "const", "type");
            return Words([constant], schema, field + ".const");
        }

        if (schema.TryGetProperty("enum", out var values))
        {
            Allow(schema, field, "enum", "type");
            return Words(Entries(values, field + ".enum"), schema, field + ".enum");
        }

        if (!schema.TryGetProperty("type", out var type))
        {
            throw TokenConstraint.Invalid(field, "The schema has no 'type', 'enum', 'const', 'anyOf' or '$ref'; say what the value is.");
        }

        return type.ValueKind == JsonValueKind.Array
            ? Any(type, field + ".type", (element, path) => Typed(schema, field, Text(element, path), [.. Entries(type, path).Select(e => Text(e, path))], depth))
            : Typed(schema, field, Text(type, field + ".type"), [Text(type, field + ".type")], depth);
    }

    private Rule Typed(JsonElement schema, string field, string type, string[] all, int depth)
    {
        Allow(schema, field, ["type", .. all.SelectMany(Keywords)]);
        switch (type)
        {
            case "object" when !Keywords("object").Any(keyword => schema.TryGetProperty(keyword, out _)):
                return _anyObject ??= MapRule.OfAnything(DefaultCharacters, DefaultItems, _asciiOnly, _rules);
            case "object":
                return Object(schema, field, depth);
            case "array":
                var (minItems, maxItems) = Range(schema, field, "minItems", "maxItems", DefaultItems, MaxItems);
                return Keep(new ArrayRule(
                    schema.TryGetProperty("items", out var items)
                        ? Rule(items, field + ".items", depth + 1)
                        : throw TokenConstraint.Invalid(field, "The array has no 'items'; say what it holds."),
                    minItems,
                    maxItems));
            case "string":
                var (minLength, maxLength) = Range(schema, field, "minLength", "maxLength", DefaultCharacters, MaxCharacters);
                return Keep(new StringRule(minLength, maxLength, _asciiOnly));
            case "number" or "integer":
                return Keep(new NumberRule(integer: type == "integer"));
            case "boolean":
                return Keep(new WordRule(WordTree.Of(["true"u8.ToArray(), "false"u8.ToArray()])));
            case "null":
                return Keep(new WordRule(WordTree.Of("null")));
            default:
                throw TokenConstraint.Invalid(field + ".type", $"The type '{type}' is not one of JSON.");
        }
    }

    private static string[] Keywords(string type) => type switch
    {
        "object" => ["properties", "required", "additionalProperties"],
        "array" => ["items", "minItems", "maxItems"],
        "string" => ["minLength", "maxLength"],
        _ => [],
    };

    private ObjectRule Object(JsonElement schema, string field, int depth)
    {
        if (schema.TryGetProperty("additionalProperties", out var additional) && additional.ValueKind != JsonValueKind.False)
        {
            throw TokenConstraint.Invalid(field + ".additionalProperties", "Only 'additionalProperties': false is supported; list the properties.");
        }

        var required = new HashSet<string>(StringComparer.Ordinal);
        if (schema.TryGetProperty("required", out var names))
        {
            required.UnionWith(Entries(names, field + ".required", least: 0).Select(n => Text(n, field + ".required")));
        }

        var properties = new List<Property>();
        if (schema.TryGetProperty("properties", out var described))
        {
            if (described.ValueKind != JsonValueKind.Object)
            {
                throw TokenConstraint.Invalid(field + ".properties", "'properties' must be a JSON object.");
            }

            foreach (var property in described.EnumerateObject())
            {
                var path = $"{field}.properties.{property.Name}";
                if (properties.Count == MaxProperties)
                {
                    throw TokenConstraint.Invalid(path, $"The object has more than {MaxProperties} properties.");
                }

                properties.Add(new Property(
                    Spelled(SchemaJson.Quote(property.Name), path), Rule(property.Value, path, depth + 1), required.Remove(property.Name)));
            }
        }

        return required.Count == 0
            ? Keep(new ObjectRule(properties))
            : throw TokenConstraint.Invalid(field + ".required", $"The required property '{required.First()}' is not among the properties.");
    }

    private AnyRule Any(JsonElement alternatives, string field, Func<JsonElement, string, Rule> read)
    {
        var rule = Keep(new AnyRule());
        foreach (var (element, index) in Entries(alternatives, field).Select((e, i) => (e, i)))
        {
            rule.Alternatives.Add(read(element, $"{field}[{index}]"));
        }

        return rule;
    }

    private WordRule Words(IReadOnlyList<JsonElement> values, JsonElement schema, string field)
    {
        if (schema.TryGetProperty("type", out var type))
        {
            string[] types = type.ValueKind == JsonValueKind.Array ? [.. Entries(type, field).Select(t => Text(t, field))] : [Text(type, field)];
            if (values.Any(v => !types.Any(t => SchemaJson.IsOfType(v, t))))
            {
                throw TokenConstraint.Invalid(field, "A value is not of the schema's own 'type'.");
            }
        }

        return Keep(new WordRule(WordTree.Of(values.Select(v => System.Text.Encoding.UTF8.GetBytes(Spelled(SchemaJson.Write(v), field))))));
    }

    private AnyRule Reference(string reference, string field)
    {
        if (!_references.TryGetValue(reference, out var rule))
        {
            _references[reference] = rule = Keep(new AnyRule());
            _unread.Enqueue((reference, field));
        }

        return rule;
    }

    private JsonElement Find(string reference, string field)
    {
        if (reference == "#")
        {
            return _root;
        }

        foreach (var container in (ReadOnlySpan<string>)["$defs", "definitions"])
        {
            var prefix = $"#/{container}/";
            if (reference.StartsWith(prefix, StringComparison.Ordinal)
                && _root.TryGetProperty(container, out var definitions)
                && definitions.ValueKind == JsonValueKind.Object
                && definitions.TryGetProperty(reference[prefix.Length..], out var found))
            {
                return found;
            }
        }

        throw TokenConstraint.Invalid(field, $"The reference '{reference}' is neither '#' nor one of the schema's own '$defs'.");
    }

    private static void Allow(JsonElement schema, string field, params string[] keywords)
    {
        foreach (var property in schema.EnumerateObject())
        {
            if (!keywords.Contains(property.Name) && !Annotations.Contains(property.Name))
            {
                throw TokenConstraint.Invalid($"{field}.{property.Name}", $"The keyword '{property.Name}' is not supported here; leave it out and check the value yourself.");
            }
        }
    }

    private static (int Min, int Max) Range(JsonElement schema, string field, string minName, string maxName, int byDefault, int limit)
    {
        int Number(string name, int missing) =>
            !schema.TryGetProperty(name, out var value) ? missing
            : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 0 && number <= limit ? number
            : throw TokenConstraint.Invalid($"{field}.{name}", $"'{name}' must be a whole number from 0 to {limit}.");
        var min = Number(minName, 0);
        var max = Number(maxName, Math.Max(min, byDefault));
        return min <= max ? (min, max) : throw TokenConstraint.Invalid($"{field}.{minName}", $"'{minName}' is {min} and '{maxName}' is {max}.");
    }

    private static JsonElement[] Entries(JsonElement element, string field, int least = 1) =>
        element.ValueKind == JsonValueKind.Array && element.GetArrayLength() >= least && element.GetArrayLength() <= MaxEntries
            ? [.. element.EnumerateArray()]
            : throw TokenConstraint.Invalid(field, $"A list of {least} to {MaxEntries} entries is expected here.");

    private static string Text(JsonElement element, string field) =>
        element.ValueKind == JsonValueKind.String ? element.GetString()! : throw TokenConstraint.Invalid(field, "A string is expected here.");

    private string Spelled(string json, string field) => _spellings.Spells(System.Text.Encoding.UTF8.GetBytes(json))
        ? json
        : throw TokenConstraint.Invalid(field, "The model's tokens cannot spell this value.");

    private T Keep<T>(T rule)
        where T : Rule
    {
        if (_rules.Count == MaxRules)
        {
            throw TokenConstraint.Invalid("schema", $"The schema has more than {MaxRules} parts.");
        }

        _rules.Add(rule);
        return rule;
    }
}
