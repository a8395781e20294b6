using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MultiModalMesh.Evaluation.Rating;

/// <summary>Two answers to one item, before anybody is blinded.</summary>
public sealed record AnswerPair(string Item, string? Question, string AnswerA, string AnswerB, Items.Picture? Picture);

/// <summary>A pair as a rater sees it.</summary>
/// <param name="Pair">What is shown.</param>
/// <param name="Left">Whose answer is on the left, which the rater is not told.</param>
public sealed record BlindedPair(AnswerPair Pair, Preference Left)
{
    public string LeftAnswer => Left == Preference.A ? Pair.AnswerA : Pair.AnswerB;

    public string RightAnswer => Left == Preference.A ? Pair.AnswerB : Pair.AnswerA;

    /// <summary>Which answer a side stands for.</summary>
    public Preference Unblind(bool left) => left == (Left == Preference.A) ? Preference.A : Preference.B;
}

/// <summary>Each rater's own order and sides. They come from the seed and the rater's name alone, so a page that is opened again goes on in the same order.</summary>
public sealed class BlindedPairs(IReadOnlyList<AnswerPair> pairs, int seed)
{
    public int Count => pairs.Count;

    public IReadOnlyList<BlindedPair> For(string rater) =>
        [.. pairs.Select(pair => (Pair: pair, Draw: Draw(rater, pair.Item))).OrderBy(entry => entry.Draw).Select(entry => new BlindedPair(entry.Pair, (entry.Draw & 1) == 0 ? Preference.A : Preference.B))];

    private ulong Draw(string rater, string item) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}\n{rater}\n{item}")));
}
