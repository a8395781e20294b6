namespace MultiModalMesh.Datasets;

/// <summary>What to do about a record that cannot be used.</summary>
public enum OnError
{
    /// <summary>The first one ends the work, with its file and record.</summary>
    Stop,

    /// <summary>It is left out and reported; the rest is read.</summary>
    Skip,
}

/// <summary>How a data set is read.</summary>
public sealed record DatasetOptions
{
    public OnError OnError { get; init; } = OnError.Stop;

    /// <summary>Folder of the pictures, where they are not in or beside the data set's own folder under a usual name.</summary>
    public string? Pictures { get; init; }

    /// <summary>False where only texts are needed: pictures are then not looked for.</summary>
    public bool NeedsPictures { get; init; } = true;

    /// <summary>What a column or field can hold.</summary>
    public static IReadOnlyCollection<string> Meanings => Formats.Columns.Meanings;

    /// <summary>Which of the user's own columns or fields holds what: one of <see cref="Meanings"/> to its name, where it is none of the usual ones.</summary>
    public IReadOnlyDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>();

    /// <summary>Share of examples for validation where the data set has no splits of its own; chosen by <see cref="SplitSeed"/> and id, so that new examples do not move old ones.</summary>
    public double ValidationShare { get; init; } = 0.05;

    /// <summary>The same for test.</summary>
    public double TestShare { get; init; } = 0.05;

    public long SplitSeed { get; init; }

    /// <summary>Where indexes are kept between runs; null: in the system's temporary folder, for as long as the data set is open.</summary>
    public string? IndexFolder { get; init; }
}

/// <summary>Something in a data set that cannot be used.</summary>
/// <param name="Message">One sentence that says what is wrong and, where it is not plain, what to do.</param>
public sealed record DatasetProblem(Examples.SourceLocation Source, string Message)
{
    public override string ToString() => $"{Source}: {Message}";
}
