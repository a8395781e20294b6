using System.Text.Json;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>A value within a JSON file that knows where it stands, so that whatever is wrong with it is said with file and field.</summary>
/// <param name="File">The file's path.</param>
/// <param name="Name">The field as a reader would write it, <c>model.merges[3]</c>; empty for the whole file.</param>
/// <param name="Value">The value itself.</param>
internal readonly record struct JsonField(string File, string Name, JsonElement Value)
{
    /// <summary>A property, or null where it is absent or <c>null</c>.</summary>
    public JsonField? Find(string property)
    {
        if (Value.ValueKind != JsonValueKind.Object)
        {
            throw Invalid("is not an object");
        }

        return Value.TryGetProperty(property, out var value) && value.ValueKind != JsonValueKind.Null
            ? new JsonField(File, Name.Length == 0 ? property : $"{Name}.{property}", value)
            : null;
    }

    public JsonField Get(string property) =>
        Find(property) ?? throw new MeshException(ErrorReason.PackInvalid, $"{File}: {(Name.Length == 0 ? property : $"{Name}.{property}")} is missing.");

    public string Text()
    {
        if (Value.ValueKind != JsonValueKind.String)
        {
            throw Invalid("is not a string");
        }

        try
        {
            return Value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Invalid("is not valid text (half a surrogate pair)");
        }
    }

    public string? Text(string property) => Find(property)?.Text();

    public bool Flag(string property, bool fallback = false) => Find(property) switch
    {
        null => fallback,
        { Value.ValueKind: JsonValueKind.True } => true,
        { Value.ValueKind: JsonValueKind.False } => false,
        { } other => throw other.Invalid("is not true or false"),
    };

    public const string NoInteger = "is not an id between 0 and 16777215";

    /// <summary>A count or an id: 0 to 16777215, far above any vocabulary.</summary>
    public int Integer() => TryInteger(Value) ?? throw Invalid(NoInteger);

    public static int? TryInteger(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number is >= 0 and < 16_777_216 ? number : null;

    public double Number() => Value.ValueKind == JsonValueKind.Number && Value.TryGetDouble(out var number) && double.IsFinite(number)
        ? number
        : throw Invalid("is not a finite number");

    /// <summary>The entries of an array.</summary>
    public IEnumerable<JsonField> Items()
    {
        if (Value.ValueKind != JsonValueKind.Array)
        {
            throw Invalid("is not an array");
        }

        var (file, name) = (File, Name);
        return Value.EnumerateArray().Select((item, index) => new JsonField(file, $"{name}[{index}]", item));
    }

    /// <summary>What the field says that kind of step this is.</summary>
    public string Type() => Get("type").Text();

    public MeshException Invalid(string what) => new(ErrorReason.PackInvalid, $"{File}: {(Name.Length == 0 ? "the file" : Name)} {what}.");

    public MeshException Unsupported(string value, string supported) =>
        new(ErrorReason.PackInvalid, $"{File}: {Name} '{value}' is not supported; supported: {supported}.");
}
