using System.Text.Json;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Files;

namespace MultiModalMesh.Datasets.Formats;

/// <summary>Turns as people write them: question and answer, OpenAI's messages (role, content) or LLaVA's conversations (from, value).</summary>
internal static class Conversation
{
    public static IEnumerable<Turn> Of(SourceLocation source, JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw new DatasetRecordException(source, "has turns that are not a list.");
        }

        string? said = null;
        var turns = new List<Turn>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object)
            {
                throw new DatasetRecordException(source, "has a turn that is not an object.");
            }

            if (Json.Text(item, "question") is { } question)
            {
                turns.Add(new Turn(question.Trim(), Json.Id(source, item, "answer").Trim()));
                continue;
            }

            var text = (Json.Text(item, "content") ?? Json.Text(item, "value"))?.Replace("<image>", "", StringComparison.Ordinal).Trim()
                ?? throw new DatasetRecordException(source, "has a turn without 'question', 'content' or 'value' that is a text.");
            switch (Json.Text(item, "role") ?? Json.Text(item, "from"))
            {
                case "user" or "human":
                    said = text;
                    break;
                case "assistant" or "gpt" when said is not null:
                    turns.Add(new Turn(said, text));
                    said = null;
                    break;
                case "system":
                    break;
                default:
                    throw new DatasetRecordException(source, "has turns in which user and assistant do not speak by turns.");
            }
        }

        return turns;
    }
}
