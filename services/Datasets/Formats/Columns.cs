using System.Text.Json;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Files;

namespace MultiModalMesh.Datasets.Formats;

/// <summary>What the columns of a user's own table hold, by the names people give them or as the user says.</summary>
internal sealed class Columns(IReadOnlyDictionary<string, string> chosen)
{
    private static readonly Dictionary<string, string[]> Usual = new(StringComparer.Ordinal)
    {
        ["id"] = ["id", "image_id", "__key__"],
        ["split"] = ["split", "subset", "partition"],
        ["image"] = ["image", "file_name", "filename", "image_path", "filepath", "path", "file", "picture", "img"],
        ["caption"] = ["caption", "captions", "sentence", "sentences", "text", "description", "title"],
        ["question"] = ["question"],
        ["answer"] = ["answer", "answers"],
        ["label"] = ["label", "class", "category", "label_name"],
        ["turns"] = ["turns", "dialogue", "conversations", "messages"],
    };

    public static IReadOnlyCollection<string> Meanings => Usual.Keys;

    /// <summary>The field that holds something, or null.</summary>
    public string? Find(IReadOnlyDictionary<string, JsonElement> record, string meaning)
    {
        if (chosen.TryGetValue(meaning, out var name))
        {
            return record.ContainsKey(name) ? name : null;
        }

        return Usual[meaning].FirstOrDefault(usual => record.ContainsKey(usual));
    }

    public string? Text(IReadOnlyDictionary<string, JsonElement> record, string meaning) =>
        Find(record, meaning) is { } name && Json.Plain(record[name]) is { Length: > 0 } text ? text : null;

    /// <summary>Adds a record to its example.</summary>
    public void Fill(SourceLocation source, IReadOnlyDictionary<string, JsonElement> record, ExampleBuilder example)
    {
        example.Captions.AddRange(Texts(record, "caption"));
        example.Label ??= Text(record, "label");
        if (Text(record, "question") is { } text)
        {
            var question = example.Question();
            question.Text = text;
            question.Answers.AddRange(Texts(record, "answer").Select(answer => new Answer(answer)));
        }

        if (Find(record, "turns") is { } turns)
        {
            example.Turns.AddRange(Conversation.Of(source, record[turns]));
        }

        RichFields.Fill(source, record, example);

        var known = Meanings.Where(meaning => meaning != "split").Select(meaning => Find(record, meaning)).OfType<string>().ToHashSet(StringComparer.Ordinal);
        foreach (var (name, value) in record)
        {
            if (!known.Contains(name) && Json.Plain(value) is { } plain)
            {
                example.Metadata[name] = plain;
            }
        }
    }

    private IEnumerable<string> Texts(IReadOnlyDictionary<string, JsonElement> record, string meaning) =>
        Find(record, meaning) is not { } name ? []
        : record[name].ValueKind == JsonValueKind.Array ? record[name].EnumerateArray().Select(Words).OfType<string>()
        : Json.Plain(record[name]) is { Length: > 0 } text ? [text.Trim()] : [];

    /// <summary>Lists hold texts, or objects with the text under the name it has in COCO, Karpathy's splits or VQA.</summary>
    private static string? Words(JsonElement item) => item.ValueKind == JsonValueKind.Object
        ? Json.Text(item, "caption") ?? Json.Text(item, "raw") ?? Json.Text(item, "answer") ?? Json.Text(item, "text")
        : Json.Plain(item)?.Trim();
}
