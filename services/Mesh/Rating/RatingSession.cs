using MultiModalMesh.Errors;
using MultiModalMesh.Evaluation.Rating;

namespace MultiModalMesh.Mesh.Rating;

/// <summary>Where a rater stands.</summary>
/// <param name="Total">Pairs.</param>
/// <param name="Rated">Of them.</param>
/// <param name="Next">Position of the first that is not rated; the total when all are.</param>
internal sealed record RaterProgress(int Total, int Rated, int Next);

/// <summary>A pair as the page gets it: nothing in it tells whose answers they are.</summary>
/// <param name="Position">In the rater's order, from 0.</param>
/// <param name="Question">If the item has one.</param>
/// <param name="Left">Answer.</param>
/// <param name="Right">Answer.</param>
/// <param name="HasPicture">Whether there is one to show.</param>
/// <param name="Choice">left, right, tie, or null if it is not rated.</param>
internal sealed record ShownPair(int Position, string? Question, string Left, string Right, bool HasPicture, string? Choice);

/// <summary>What the page and the ratings file share.</summary>
internal sealed class RatingSession(BlindedPairs pairs, RatingFile file, string nameA, string nameB, TimeProvider time)
{
    private const int LongestName = 64;

    public RaterProgress Progress(string? rater)
    {
        var order = OrderOf(rater);
        var rated = Choices(rater!);
        var next = order.ToList().FindIndex(pair => !rated.ContainsKey(pair.Pair.Item));
        return new RaterProgress(order.Count, order.Count(pair => rated.ContainsKey(pair.Pair.Item)), next < 0 ? order.Count : next);
    }

    public ShownPair Show(string? rater, int position)
    {
        var pair = PairAt(rater, position);
        string? choice = Choices(rater!).TryGetValue(pair.Pair.Item, out var preference)
            ? preference == Preference.Tie ? "tie" : preference == pair.Left ? "left" : "right"
            : null;
        return new ShownPair(position, pair.Pair.Question, pair.LeftAnswer, pair.RightAnswer, pair.Pair.Picture is not null, choice);
    }

    public async Task<byte[]?> PictureAsync(string? rater, int position, CancellationToken cancellationToken) =>
        PairAt(rater, position).Pair.Picture is { } picture ? await picture.ReadAsync(cancellationToken) : null;

    /// <summary>Returns when the rating is on the disk.</summary>
    public RaterProgress Rate(string? rater, int position, string? choice)
    {
        var pair = PairAt(rater, position);
        var preference = choice switch
        {
            "left" => pair.Unblind(left: true),
            "right" => pair.Unblind(left: false),
            "tie" => Preference.Tie,
            _ => throw new MeshException(ErrorReason.InvalidRequest, $"'choice' is left, right or tie, not '{choice}'.") { Field = "choice" },
        };
        file.Add(new PairRating(rater!, pair.Pair.Item, nameA, nameB, preference, pair.Left, time.GetUtcNow()));
        return Progress(rater);
    }

    private BlindedPair PairAt(string? rater, int position) => OrderOf(rater) is var order && position >= 0 && position < order.Count
        ? order[position]
        : throw new MeshException(ErrorReason.InvalidRequest, $"'position' is 0 to {pairs.Count - 1}, not {position}.") { Field = "position" };

    private IReadOnlyList<BlindedPair> OrderOf(string? rater) => rater is { Length: > 0 and <= LongestName } && rater.Trim() == rater
        ? pairs.For(rater)
        : throw new MeshException(ErrorReason.InvalidRequest, $"'rater' is a name of 1 to {LongestName} characters without space around it.") { Field = "rater" };

    /// <summary>The last choice for each item; ratings of other runs in the same file are not this page's.</summary>
    private Dictionary<string, Preference> Choices(string rater)
    {
        var choices = new Dictionary<string, Preference>(StringComparer.Ordinal);
        foreach (var rating in file.Ratings.Where(rating => rating.Rater == rater && rating.A == nameA && rating.B == nameB))
        {
            choices[rating.Item] = rating.Choice;
        }

        return choices;
    }
}
