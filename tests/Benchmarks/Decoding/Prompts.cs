namespace MultiModalMesh.Benchmarks.Decoding;

/// <summary>Prompts of random tokens or words, none like another.</summary>
internal sealed class Prompts(int vocabulary, int seed)
{
    /// <summary>Below are special tokens and bytes.</summary>
    private const int FirstWord = 260;

    private readonly Random _random = new(seed);

    public int[] Next(int length) => [.. Enumerable.Range(0, length).Select(_ => _random.Next(FirstWord, vocabulary))];

    /// <summary>A question of some words.</summary>
    public string Words(int count) =>
        string.Join(' ', Enumerable.Range(0, count).Select(_ => new string([.. Enumerable.Range(0, 4).Select(_ => (char)('a' + _random.Next(26)))])));
}
