using System.Text.Json.Nodes;

namespace MultiModalMesh.Inference.Templates;

/// <summary>JSON as values of a template, with every character marked by where it comes from.</summary>
internal static class Conversation
{
    private const int MaxDepth = 64;

    /// <summary>
    /// The messages. All of their text is typed, but for the role where it is a plain word: templates build control tokens of it, and a plain
    /// word cannot forge one.
    /// </summary>
    public static ListValue Messages(JsonArray messages) => new([.. messages.Select(Message)]);

    /// <summary>
    /// A variable that the caller gives. A string is the template's own (<c>bos_token</c>); what is nested (tools, documents) is typed, since
    /// applications fill it with what their users said.
    /// </summary>
    public static object? Variable(JsonNode? node) => Value(node, typed: node is JsonArray or JsonObject, depth: 0);

    private static object? Message(JsonNode? node)
    {
        var value = Value(node, typed: true, depth: 0);
        if (value is MapValue map && map.TryGet(MarkedText.Own("role"), out var role) && role is MarkedText text && IsPlainWord(text.Value))
        {
            map.Set(MarkedText.Own("role"), MarkedText.Own(text.Value));
        }

        return value;
    }

    private static bool IsPlainWord(string text) => text.Length <= 64 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');

    private static object? Value(JsonNode? node, bool typed, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new TemplateException($"the conversation nests deeper than {MaxDepth} levels");
        }

        switch (node)
        {
            case null:
                return null;
            case JsonArray array:
                return new ListValue([.. array.Select(n => Value(n, typed, depth + 1))]);
            case JsonObject entries:
                var map = new MapValue();
                foreach (var (key, value) in entries)
                {
                    map.Set(MarkedText.Marked(key, typed), Value(value, typed, depth + 1));
                }

                return map;
            default:
                return Scalar(node.AsValue(), typed);
        }
    }

    private static object Scalar(JsonValue value, bool typed)
    {
        if (value.TryGetValue<string>(out var text))
        {
            return MarkedText.Marked(text, typed);
        }

        if (value.TryGetValue<bool>(out var flag))
        {
            return flag;
        }

        if (value.TryGetValue<long>(out var whole))
        {
            return whole;
        }

        if (value.TryGetValue<int>(out var small))
        {
            return (long)small;
        }

        return value.TryGetValue<double>(out var real) ? real : throw new TemplateException("the conversation holds a number that is out of range");
    }
}
