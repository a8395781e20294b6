namespace MultiModalMesh.Data.Scenes;

/// <summary>A class of everyday object that the synthetic world knows, such as "dog".</summary>
/// <param name="Id">Index in <see cref="ArtLibrary.Kinds"/>, from 0.</param>
/// <param name="Singular">Common English noun in lower case, mostly one word.</param>
/// <param name="Plural">Its plural; equal to the singular for a few nouns ("fish").</param>
public sealed record Kind(int Id, string Singular, string Plural)
{
    /// <summary>Semantic group ("fruit", "vehicle"): kinds of one group make hard negatives for each other.</summary>
    public string Group { get; init; } = "";

    /// <summary>Indefinite article of the singular: "a" or "an".</summary>
    public string Article => "aeio".Contains(Singular[0]) || Singular.StartsWith("um", StringComparison.Ordinal) || Singular.StartsWith("hour", StringComparison.Ordinal) ? "an" : "a";

    /// <summary>Singular with its article: "an apple".</summary>
    public string WithArticle => $"{Article} {Singular}";
}
