using System.Text;
using System.Text.Json;

namespace MultiModalMesh.Evaluation.Items;

/// <summary>Comma-separated values with a header row (RFC 4180); a record is named by the line it starts on. Empty fields are left out.</summary>
internal static class Csv
{
    public static IEnumerable<(string Record, JsonElement Value)> Read(DataFile file)
    {
        string[]? header = null;
        foreach (var (line, fields) in Fields(file))
        {
            if (header is null)
            {
                header = [.. fields.Select(field => field.Trim().TrimStart('\ufeff'))];
                continue;
            }

            if (fields.Count != header.Length)
            {
                throw file.Refuse($"line {line}", $"it has {fields.Count} fields, but the header has {header.Length}");
            }

            var row = header.Zip(fields).Where(pair => pair.Second.Length > 0).GroupBy(pair => pair.First, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last().Second, StringComparer.Ordinal);
            yield return ($"line {line}", JsonSerializer.SerializeToElement(row));
        }
    }

    private static IEnumerable<(int Line, List<string> Fields)> Fields(DataFile file)
    {
        var text = file.ReadText();
        var fields = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        int line = 1, start = 1;
        for (var i = 0; i <= text.Length; i++)
        {
            var c = i < text.Length ? text[i] : '\n';
            line += c == '\n' ? 1 : 0;
            if (quoted && i == text.Length)
            {
                throw file.Refuse($"line {start}", "a quotation mark is not closed");
            }

            if (quoted && c == '"' && i + 1 < text.Length && text[i + 1] == '"')
            {
                field.Append('"');
                i++;
            }
            else if (c == '"' && (quoted || field.Length == 0))
            {
                quoted = !quoted;
            }
            else if (quoted || (c is not (',' or '\n' or '\r')))
            {
                field.Append(c);
            }
            else if (c != '\r')
            {
                fields.Add(field.ToString());
                field.Clear();
                if (c == '\n')
                {
                    if (fields is not [""])
                    {
                        yield return (start, fields);
                    }

                    (fields, start) = ([], line);
                }
            }
        }
    }
}
