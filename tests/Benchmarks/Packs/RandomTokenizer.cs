using System.Text.Encodings.Web;
using System.Text.Json;

namespace MultiModalMesh.Benchmarks.Packs;

/// <summary>
/// A byte-level BPE tokenizer of a wanted size with random merges of letters, in the form of a published <c>tokenizer.json</c>. Words of lower-case
/// letters come out as one token for two to four letters.
/// </summary>
internal static class RandomTokenizer
{
    /// <summary>Special tokens of a chat model, ids 0 to 3.</summary>
    public const string User = "<|im_start|>", Assistant = "<|assistant|>", End = "<|im_end|>", Padding = "<|endoftext|>";

    /// <summary>Around every text of a text encoder; the last two ids.</summary>
    public const string TextStart = "<|startoftext|>", TextEnd = "<|endoftext|>";

    private const int LongestToken = 8;

    private static readonly string[] ChatSpecials = [Padding, User, End, Assistant];

    /// <summary>Id of <see cref="End"/>.</summary>
    public static int EndId => Array.IndexOf(ChatSpecials, End);

    /// <summary>Special tokens first, none added to a text.</summary>
    public static void WriteForChat(string path, int vocabulary)
    {
        var (tokens, merges) = Create(vocabulary - ChatSpecials.Length);
        Write(path, [.. ChatSpecials, .. tokens], merges, ChatSpecials, null);
    }

    /// <summary>Special tokens last, start and end added to every text.</summary>
    public static void WriteForTexts(string path, int vocabulary)
    {
        string[] specials = [TextStart, TextEnd];
        var (tokens, merges) = Create(vocabulary - specials.Length);
        Write(path, [.. tokens, .. specials], merges, specials, (vocabulary - 2, vocabulary - 1));
    }

    private static (List<string> Tokens, List<(string Left, string Right)> Merges) Create(int count)
    {
        var tokens = ByteAlphabet().ToList();
        var space = tokens[' '];
        var known = new HashSet<string>(tokens, StringComparer.Ordinal);
        var merges = new List<(string, string)>();
        string[] letters = [.. Enumerable.Range('a', 26).Select(letter => ((char)letter).ToString())];
        var left = new List<string>([.. letters, space]);
        var right = new List<string>(letters);
        foreach (var (first, second) in left.ToArray().SelectMany(first => letters.Select(second => (first, second))))
        {
            Merge(first, second);
        }

        var random = new Random(1);
        while (tokens.Count < count)
        {
            Merge(left[random.Next(left.Count)], right[random.Next(right.Count)]);
        }

        return (tokens, merges);

        void Merge(string first, string second)
        {
            var merged = first + second;
            if (tokens.Count < count && merged.Length <= LongestToken && known.Add(merged))
            {
                tokens.Add(merged);
                merges.Add((first, second));
                left.Add(merged);
                if (first[0] != space[0])
                {
                    right.Add(merged);
                }
            }
        }
    }

    /// <summary>The letter that stands for each byte: itself where it prints, else one above all bytes.</summary>
    private static IEnumerable<string> ByteAlphabet()
    {
        var above = 256;
        for (var value = 0; value < 256; value++)
        {
            yield return ((char)(value is (> 32 and < 127) or (> 160 and < 173) or > 173 ? value : above++)).ToString();
        }
    }

    private static void Write(string path, List<string> tokens, List<(string Left, string Right)> merges, string[] specials, (int Start, int End)? around)
    {
        using var file = File.Create(path);
        using var json = new Utf8JsonWriter(file, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        var byteLevel = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = true };
        JsonSerializer.Serialize(json, new
        {
            version = "1.0",
            added_tokens = specials.Select(token => new { id = tokens.IndexOf(token), content = token, single_word = false, lstrip = false, rstrip = false, normalized = false, special = true }),
            normalizer = (object?)null,
            pre_tokenizer = byteLevel,
            post_processor = around is { } ids ? Template(specials[0], ids.Start, specials[1], ids.End) : (object)byteLevel,
            decoder = byteLevel,
            model = new
            {
                type = "BPE",
                vocab = tokens.Select((token, id) => (token, id)).ToDictionary(entry => entry.token, entry => entry.id, StringComparer.Ordinal),
                merges = merges.Select(merge => $"{merge.Left} {merge.Right}"),
            },
        });
    }

    private static object Template(string start, int startId, string end, int endId)
    {
        return new
        {
            type = "TemplateProcessing",
            single = new object[] { Special(start), new { Sequence = new { id = "A", type_id = 0 } }, Special(end) },
            special_tokens = new Dictionary<string, object> { [start] = Entry(start, startId), [end] = Entry(end, endId) },
        };

        static object Special(string token) => new { SpecialToken = new { id = token, type_id = 0 } };
        static object Entry(string token, int id) => new { id = token, ids = new[] { id }, tokens = new[] { token } };
    }
}
