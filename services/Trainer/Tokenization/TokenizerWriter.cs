using System.Text.Encodings.Web;
using System.Text.Json;

namespace MultiModalMesh.Trainer.Tokenization;

/// <summary>Trains a byte-level BPE tokenizer on texts and writes it as a Hugging Face <c>tokenizer.json</c>.</summary>
internal static class TokenizerWriter
{
    public const string Pad = "<|pad|>";
    public const string Image = "<|image|>";
    public const string User = "<|user|>";
    public const string Assistant = "<|assistant|>";
    public const string End = "<|end|>";

    private static readonly string[] Special = [Pad, Image, User, Assistant, End];

    // High enough that a kind's noun becomes one token long before the last merge.
    private const long NounWeight = 2_000;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="path">The file to write.</param>
    /// <param name="nouns">Words that are to be single tokens.</param>
    /// <param name="corpus">Texts to count.</param>
    /// <param name="vocabulary">Tokens in all: 5 special ones, 256 bytes, the rest merges.</param>
    public static void Write(string path, IEnumerable<string> nouns, IEnumerable<string> corpus, int vocabulary)
    {
        var trainer = new BytePairTrainer();
        foreach (var text in corpus)
        {
            trainer.Add(text);
        }

        foreach (var noun in nouns)
        {
            trainer.Add(" " + noun, NounWeight);
        }

        var merges = trainer.Learn(vocabulary - Special.Length);
        var tokens = Special.Concat(BytePairTrainer.Alphabet.Select(c => c.ToString())).Concat(merges.Select(m => m.Left + m.Right));
        var vocab = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var token in tokens)
        {
            vocab.TryAdd(token, vocab.Count);
        }

        File.WriteAllText(path, JsonSerializer.Serialize(
            new
            {
                version = "1.0",
                truncation = (object?)null,
                padding = (object?)null,
                added_tokens = Special.Select((content, id) => new { id, content, single_word = false, lstrip = false, rstrip = false, normalized = false, special = true }),
                normalizer = (object?)null,
                pre_tokenizer = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = true },
                post_processor = (object?)null,
                decoder = new { type = "ByteLevel", add_prefix_space = true, trim_offsets = true, use_regex = true },
                model = new
                {
                    type = "BPE",
                    dropout = (object?)null,
                    unk_token = (object?)null,
                    continuing_subword_prefix = (object?)null,
                    end_of_word_suffix = (object?)null,
                    fuse_unk = false,
                    byte_fallback = false,
                    ignore_merges = false,
                    vocab,
                    merges = merges.Select(m => new[] { m.Left, m.Right }),
                },
            },
            Indented) + "\n");
    }
}
