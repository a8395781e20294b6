namespace MultiModalMesh.Retrieval.Engine;

/// <summary>Robertson and Zaragoza 2009, with the inverse document frequency of Lucene, which is never negative.</summary>
internal static class Bm25
{
    /// <summary>k1.</summary>
    public const double Saturation = 1.2;

    /// <summary>b.</summary>
    public const double LengthShare = 0.75;

    /// <param name="items">How many there are.</param>
    /// <param name="having">How many of them have the word.</param>
    public static double Rarity(long items, long having) => Math.Log(1 + ((items - having + 0.5) / (having + 0.5)));

    /// <summary>Words of an item on average.</summary>
    public static double MeanLength(TextStatistics whole) => Math.Max(1, whole.Words) / (double)Math.Max(1, whole.Items);

    /// <summary>What a word adds to an item's score.</summary>
    /// <param name="rarity">Of the word.</param>
    /// <param name="count">How often the item has it.</param>
    /// <param name="length">Words of the item.</param>
    /// <param name="mean">Of all items.</param>
    public static double Score(double rarity, int count, int length, double mean) =>
        rarity * count * (Saturation + 1) / (count + (Saturation * (1 - LengthShare + (LengthShare * length / mean))));
}
