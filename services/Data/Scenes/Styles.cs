namespace MultiModalMesh.Data.Scenes;

/// <summary>The art sets by name. A name is also the stem of the embedded art file.</summary>
public static class Styles
{
    /// <summary>Styles of <see cref="StyleSet.Trained"/>. "streamline" lacks some kinds; the others have every kind.</summary>
    public static IReadOnlyList<string> Trained { get; } = ["noto", "twemoji", "fluent-flat", "fluent", "openmoji", "streamline"];

    /// <summary>Styles of <see cref="StyleSet.HeldOut"/>: never part of a training split.</summary>
    public static IReadOnlyList<string> HeldOut { get; } = ["emojione"];

    /// <summary>All styles, trained ones first.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Trained, .. HeldOut];

    // The two Fluent sets share their shapes, so together they get the weight of one style.
    private static readonly double[] TrainedWeights = [1, 1, 0.5, 0.5, 1, 1];

    internal static IReadOnlyList<string> Of(StyleSet set) => set == StyleSet.Trained ? Trained : HeldOut;

    internal static string Pick(StyleSet set, RandomStream random) =>
        set == StyleSet.Trained ? Trained[random.Weighted(TrainedWeights)] : HeldOut[random.Below(HeldOut.Count)];
}
