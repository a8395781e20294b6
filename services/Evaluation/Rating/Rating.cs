namespace MultiModalMesh.Evaluation.Rating;

/// <summary>What a person preferred.</summary>
public enum Preference
{
    A,
    B,
    Tie,
}

/// <summary>One person's judgement of two answers to one item; a line of a ratings file. The last one of a person, an item and a pair of systems counts.</summary>
/// <param name="Rater">Who judged.</param>
/// <param name="Item">Id of the item.</param>
/// <param name="A">Name of a system.</param>
/// <param name="B">Name of the other.</param>
/// <param name="Choice">The better one.</param>
/// <param name="Left">The one that was shown on the left.</param>
/// <param name="At">When.</param>
public sealed record PairRating(string Rater, string Item, string A, string B, Preference Choice, Preference Left, DateTimeOffset At)
{
    /// <summary>1 if the system was preferred, 0 if the other was, 0.5 for a tie.</summary>
    internal double ShareOf(string system) => Choice == Preference.Tie ? 0.5 : Choice == Preference.A == (system == A) ? 1 : 0;

    /// <summary>The same judgement with the two systems in one order, whichever run was called A.</summary>
    internal PairRating Ordered() => string.CompareOrdinal(A, B) <= 0 ? this : this with
    {
        A = B,
        B = A,
        Choice = Other(Choice),
        Left = Other(Left),
    };

    private static Preference Other(Preference preference) => preference switch { Preference.A => Preference.B, Preference.B => Preference.A, _ => Preference.Tie };
}
