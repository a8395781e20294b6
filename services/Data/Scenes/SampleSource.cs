using MultiModalMesh.Data.Dialogues;

namespace MultiModalMesh.Data.Scenes;

/// <summary>An endless, reproducible data set: the same index always gives the same picture and dialogue. Thread-safe.</summary>
public sealed class SampleSource
{
    /// <summary>Indices run from 0 to below this.</summary>
    public const long MaximumIndex = 1L << 40;

    private const double DroppedQuestionMarks = 0.1;
    private const double MeasuredCaptionShare = 0.6;

    // Of all that is asked a description has the most that can be wrong in it, so it is practised more often than it is asked for.
    private const double PractisedCaptionShare = 0.85;

    private readonly ArtLibrary _art;
    private readonly Split _split;
    private readonly SceneComposer _composer;
    private readonly SceneRenderer _renderer;
    private readonly DialogueWriter _writer;
    private readonly double _dropQuestionMark;

    /// <param name="art">Shared art; its size should be near the largest object, 0.75 * <paramref name="imageSize"/>.</param>
    /// <param name="split">Train augments pictures and text; the other splits are clean.</param>
    /// <param name="styles">The held-out style is for measuring only: it is refused for <see cref="Split.Train"/>.</param>
    /// <param name="imageSize">Side of the square pictures in pixels.</param>
    /// <param name="patchGrid">Patches per side of the label grid.</param>
    /// <param name="unseenBackgrounds">Behind the same objects many colours, as training never has; what is said of the background is wrong then.</param>
    public SampleSource(ArtLibrary art, Split split, StyleSet styles = StyleSet.Trained, int imageSize = 96, int patchGrid = 8, bool unseenBackgrounds = false)
    {
        if (split == Split.Train && styles == StyleSet.HeldOut)
        {
            throw new ArgumentException("The held-out style must not be trained on.", nameof(styles));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(imageSize, 16);
        ArgumentOutOfRangeException.ThrowIfNotEqual(patchGrid is > 0 && patchGrid <= imageSize, true, nameof(patchGrid));
        var augment = split == Split.Train;
        _art = art;
        _split = split;
        _composer = new SceneComposer(art, styles, augment);
        _renderer = new SceneRenderer(imageSize, patchGrid, art.Kinds.Count, augment, unseenBackgrounds);
        _dropQuestionMark = augment ? DroppedQuestionMarks : 0;
        _writer = new DialogueWriter(_dropQuestionMark, augment ? PractisedCaptionShare : MeasuredCaptionShare);
    }

    private enum Purpose { Scene, SingleObject, TextOnly }

    /// <summary>A scene of 1..4 objects with its dialogue.</summary>
    public Sample Create(long index) => Render(_composer.Compose(Seed(index, Purpose.Scene)));

    /// <summary>A scene of one object, for naming tests; indices count apart from <see cref="Create"/>.</summary>
    public Sample CreateSingleObject(long index) => Render(_composer.Compose(Seed(index, Purpose.SingleObject), objects: 1));

    /// <summary>The text of <see cref="Create"/> without drawing: the same turns and sentence.</summary>
    public (IReadOnlyList<DialogueTurn> Turns, string RetrievalSentence) CreateText(long index) => Write(CreateScene(index));

    /// <summary>The scene of <see cref="Create"/> without drawing.</summary>
    public Scene CreateScene(long index) => _composer.Compose(Seed(index, Purpose.Scene)).Scene;

    /// <summary>The picture of <see cref="Create"/> at another size with crisp art, for people to look at; takes tens of milliseconds.</summary>
    /// <param name="index">As for <see cref="Create"/>.</param>
    /// <param name="imageSize">Side of the square picture in pixels.</param>
    /// <returns>RGB, [imageSize, imageSize, 3], row-major.</returns>
    public byte[] RenderLarge(long index, int imageSize)
    {
        var composed = LargeArt.Redraw(_art, _composer.Compose(Seed(index, Purpose.Scene)), longSide: imageSize);
        return new SceneRenderer(imageSize, patchGrid: 1, _art.Kinds.Count, augment: false).Render(composed).Pixels;
    }

    /// <summary>2..4 turns with an assistant that sees no picture.</summary>
    public IReadOnlyList<DialogueTurn> TextOnlyDialogue(long index)
    {
        var seed = Seed(index, Purpose.TextOnly);
        return TextOnlyWriter.Write(_composer.Compose(seed).Scene, _art, _writer, RandomStream.For(seed, 5), _dropQuestionMark);
    }

    private Sample Render(ComposedScene composed)
    {
        var (pixels, labels) = _renderer.Render(composed);
        var (turns, sentence) = Write(composed.Scene);
        return new Sample(composed.Scene, pixels, labels, turns, sentence);
    }

    private (IReadOnlyList<DialogueTurn> Turns, string RetrievalSentence) Write(Scene scene)
    {
        var graph = new SceneGraph(scene, _art);
        return (_writer.Write(graph, RandomStream.For(scene.Seed, 3)), RetrievalSentences.Write(graph, RandomStream.For(scene.Seed, 4)));
    }

    // Ranges of seeds that cannot meet: split, then purpose, then index.
    private ulong Seed(long index, Purpose purpose)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, MaximumIndex);
        return ((ulong)_split << 44) | ((ulong)purpose << 42) | (ulong)index;
    }
}
