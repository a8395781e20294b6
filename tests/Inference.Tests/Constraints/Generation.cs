using System.Text.Json;
using MultiModalMesh.Inference.Constraints;
using MultiModalMesh.Inference.Tokenizers;
using Xunit;

namespace MultiModalMesh.Inference.Tests.Constraints;

/// <summary>Sequences of a made-up model whose logits are random, under a constraint.</summary>
internal static class Generation
{
    public const int End = 2;

    public static readonly Tokenizer Tokenizer = Tokenizer.Load(Fixtures.Path("tiny-smollm2", "tokenizer.json"));

    public static TokenConstraint Schema(string json) => TokenConstraint.JsonSchema(JsonElement.Parse(json), Tokenizer);

    /// <summary>The text that comes out until the end token.</summary>
    /// <param name="constraint">What the text must look like.</param>
    /// <param name="seed">Of the logits.</param>
    /// <param name="temperature">0: the likeliest token; otherwise one by its probability.</param>
    public static string Text(TokenConstraint constraint, int seed, float temperature = 0)
    {
        var random = new Random(seed);
        var state = constraint.Start();
        var ids = new List<int>();
        var logits = new float[Tokenizer.VocabularySize + 7]; // models round their vocabulary up
        while (true)
        {
            for (var i = 0; i < logits.Length; i++)
            {
                logits[i] = (float)(random.NextDouble() * 10);
            }

            state.Apply(logits, End);
            var token = temperature == 0 ? Likeliest(logits) : Drawn(logits, temperature, random);
            Assert.True(float.IsFinite(logits[token]), $"nothing can follow '{Tokenizer.Decode(ids.ToArray())}'");
            state.Accept(token);
            if (token == End)
            {
                Assert.True(state.IsComplete);
                return Tokenizer.Decode(ids.ToArray(), skipSpecialTokens: false);
            }

            ids.Add(token);
            Assert.True(ids.Count < 20_000, "the text does not end");
        }
    }

    /// <summary>The ids that can come after a text.</summary>
    public static List<int> Allowed(TokenConstraint constraint, string text)
    {
        var logits = new float[Tokenizer.VocabularySize];
        After(constraint, text).Apply(logits, End);
        return [.. Enumerable.Range(0, logits.Length).Where(i => logits[i] == 0)];
    }

    public static ConstraintState After(TokenConstraint constraint, string text)
    {
        var state = constraint.Start();
        foreach (var id in Tokenizer.Encode(text, parseSpecialTokens: false))
        {
            state.Accept(id);
        }

        return state;
    }

    /// <summary>Whether the constraint takes the text and lets it end there.</summary>
    public static bool Takes(TokenConstraint constraint, string text)
    {
        try
        {
            return After(constraint, text).IsComplete;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static int Likeliest(float[] logits) => Array.IndexOf(logits, logits.Max());

    private static int Drawn(float[] logits, float temperature, Random random)
    {
        var weights = logits.Select(l => Math.Exp(l / temperature)).ToArray();
        var left = random.NextDouble() * weights.Sum();
        for (var i = 0; i < weights.Length; i++)
        {
            left -= weights[i];
            if (left < 0 && weights[i] > 0)
            {
                return i;
            }
        }

        return Likeliest(logits);
    }
}
