using System.Collections.Concurrent;
using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Inference.Tokenizers;
using MultiModalMesh.Trainer.Tokenization;

namespace MultiModalMesh.Trainer.Training;

/// <summary>Packs turns into one token sequence: <c>&lt;|user|&gt;question&lt;|assistant|&gt;answer&lt;|end|&gt;</c> for each. Thread-safe.</summary>
internal sealed class DialogueEncoder
{
    private const int CachedTexts = 200_000;

    private readonly Tokenizer _tokenizer;
    private readonly ConcurrentDictionary<string, int[]> _cache = new(StringComparer.Ordinal);
    private readonly int _user, _assistant, _end;

    public DialogueEncoder(Tokenizer tokenizer)
    {
        _tokenizer = tokenizer;
        _user = tokenizer.SpecialTokens[TokenizerWriter.User];
        _assistant = tokenizer.SpecialTokens[TokenizerWriter.Assistant];
        _end = tokenizer.SpecialTokens[TokenizerWriter.End];
    }

    public int[] Encode(string text)
    {
        if (_cache.TryGetValue(text, out var ids))
        {
            return ids;
        }

        ids = _tokenizer.Encode(text, parseSpecialTokens: false);
        if (_cache.Count < CachedTexts)
        {
            _cache.TryAdd(text, ids);
        }

        return ids;
    }

    /// <summary>A text's beginning, of so many tokens.</summary>
    public string Cut(string text, int tokens) => Encode(text) is { } ids && ids.Length > tokens ? _tokenizer.Decode(ids.AsSpan(0, Math.Max(1, tokens))) : text;

    /// <summary>The first turns that fit.</summary>
    /// <param name="turns">Questions and answers in order.</param>
    /// <param name="capacity">Most tokens.</param>
    public EncodedDialogue Encode(IReadOnlyList<DialogueTurn> turns, int capacity)
    {
        var result = new EncodedDialogue([], [], [], []);
        for (var turn = 0; turn < turns.Count; turn++)
        {
            var (question, answer) = (Encode(turns[turn].Question), Encode(turns[turn].Answer));
            if (result.Tokens.Count + question.Length + answer.Length + 3 > capacity)
            {
                break;
            }

            var start = result.Tokens.Count + 1;
            result.Tokens.AddRange([_user, .. question, _assistant]);
            foreach (var mention in turns[turn].Mentions)
            {
                result.Mentions.Add((start + TokensOf(turns[turn].Question, mention.Start + mention.Length) - 1, mention.Objects));
            }

            foreach (var shown in turns[turn].Shown)
            {
                var end = result.Targets.Count + TokensOf(turns[turn].Answer, shown.Start + shown.Length);
                for (var target = result.Targets.Count + TokensOf(turns[turn].Answer, shown.Start); target < end; target++)
                {
                    result.Pointers.Add((target, shown.Objects));
                }
            }

            foreach (var token in answer.Append(_end))
            {
                result.Targets.Add((result.Tokens.Count - 1, token, turn));
                result.Tokens.Add(token);
            }
        }

        return result;
    }

    /// <summary>Tokens of a text's first characters: a word's tokens do not depend on what follows it, and a space belongs to the word after it.</summary>
    private int TokensOf(string text, int characters) => Encode(text[..characters].TrimEnd(' ')).Length;
}

/// <param name="Tokens">The sequence.</param>
/// <param name="Targets">Position that predicts, token to predict, turn it belongs to.</param>
/// <param name="Mentions">Position of the last token of a noun in a question, and the objects it means.</param>
/// <param name="Pointers">Index in <paramref name="Targets"/>, and the objects that must be looked at to predict it.</param>
internal sealed record EncodedDialogue(
    List<int> Tokens,
    List<(int Position, int Token, int Turn)> Targets,
    List<(int Position, IReadOnlyList<int> Objects)> Mentions,
    List<(int Target, IReadOnlyList<int> Objects)> Pointers);
