namespace MultiModalMesh.Evaluation.Items;

/// <summary>A turn of a dialogue and every answer that is right.</summary>
public sealed record ExpectedTurn(string Question, IReadOnlyList<string> Answers);

/// <summary>One thing to evaluate, whatever data set it is from. A task uses the parts it needs and refuses an item that lacks one.</summary>
/// <param name="Id">Unique in its set; answers refer to it.</param>
public sealed record EvaluationItem(string Id)
{
    public Picture? Picture { get; init; }

    public string? Question { get; init; }

    /// <summary>Captions by people.</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>Answers by people, one an annotator.</summary>
    public IReadOnlyList<string> Answers { get; init; } = [];

    public IReadOnlyList<ExpectedTurn> Turns { get; init; } = [];

    /// <summary>The class of a picture.</summary>
    public string? Label { get; init; }

    /// <summary>Every other column that the data has, for slices.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}

/// <summary>A picture that is read when it is needed.</summary>
/// <param name="Name">For people: a path in its folder.</param>
/// <param name="ReadAsync">Its bytes, as they are stored.</param>
public sealed record Picture(string Name, Func<CancellationToken, Task<byte[]>> ReadAsync)
{
    public static Picture OfFile(string name, string path) => new(name, token => File.ReadAllBytesAsync(path, token));
}
