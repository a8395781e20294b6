using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Inference.Encoders;
using MultiModalMesh.Trainer.Evaluation;

namespace MultiModalMesh.Trainer.Robustness;

/// <param name="Answers">Every question about the scenes.</param>
/// <param name="Naming">"What is this?" about scenes of one object.</param>
/// <param name="ZeroShot">Kinds of the same scenes by the texts' embeddings alone.</param>
/// <param name="Found">Share of retrieval sentences that find their picture first.</param>
internal sealed record Figures(string Name, IReadOnlyList<Judged> Answers, IReadOnlyList<Judged> Naming, IReadOnlyList<(int Kind, int Said)> ZeroShot, double Found)
{
    public Accuracy Accuracy
    {
        get
        {
            var accuracy = new Accuracy();
            foreach (var answer in Answers)
            {
                accuracy.Add(answer.Turn, answer.Right);
            }

            return accuracy;
        }
    }

    public double Named => Naming.Average(n => n.Right ? 1.0 : 0);

    public double Classified => ZeroShot.Average(z => z.Kind == z.Said ? 1.0 : 0);
}

/// <summary>Measures a pack on the first scenes of a split.</summary>
internal sealed class Survey(AskedPack pack, ArtLibrary art, Split split, int scenes)
{
    private float[][]? _kinds;

    public async Task<Figures> MeasureAsync(StyleSet styles, Distortion distortion, bool unseenBackgrounds, CancellationToken cancellationToken)
    {
        var source = new SampleSource(art, split, styles, unseenBackgrounds: unseenBackgrounds);
        var samples = Enumerable.Range(0, scenes).Select(i => source.Create(i)).ToArray();
        var single = Enumerable.Range(0, scenes).Select(i => source.CreateSingleObject(i)).ToArray();
        var pictures = await SeeAsync(samples, distortion, cancellationToken);
        var singles = await SeeAsync(single, distortion, cancellationToken);
        _kinds ??= await Task.WhenAll(art.Kinds.Select(kind => pack.ReadAsync($"a picture of {kind.WithArticle}", cancellationToken)));
        var texts = await Task.WhenAll(samples.Select(s => pack.ReadAsync(s.RetrievalSentence, cancellationToken)));
        var embeddings = pictures.Select(p => p.Embedding).ToArray();
        return new Figures(
            unseenBackgrounds ? "unseen backgrounds" : distortion.Name,
            await AskAsync(pictures, samples, cancellationToken),
            await NameAsync(singles, single, cancellationToken),
            [.. singles.Select((s, i) => (single[i].Scene.Objects[0].Kind, AskedPack.Nearest(s.Embedding, _kinds)))],
            texts.Select((text, i) => AskedPack.Nearest(text, embeddings) == i ? 1.0 : 0).Average());
    }

    /// <summary>The same questions about the mean of the pictures, or about the picture of the scene before: what can be guessed without seeing.</summary>
    public async Task<Figures> BlindAsync(StyleSet styles, bool mean, CancellationToken cancellationToken)
    {
        var source = new SampleSource(art, split, styles);
        var samples = Enumerable.Range(0, scenes).Select(i => source.Create(i)).ToArray();
        var single = Enumerable.Range(0, scenes).Select(i => source.CreateSingleObject(i)).ToArray();
        var shown = mean ? Enumerable.Repeat(Mean(samples), scenes).ToArray() : samples.Select((_, i) => samples[(i + 1) % scenes].Pixels).ToArray();
        var shownSingle = mean ? Enumerable.Repeat(Mean(single), scenes).ToArray() : single.Select((_, i) => single[(i + 1) % scenes].Pixels).ToArray();
        var pictures = await SeeAsync(shown.Select(p => Distortion.None.Encode(p, 0)), cancellationToken);
        var singles = await SeeAsync(shownSingle.Select(p => Distortion.None.Encode(p, 0)), cancellationToken);
        return new Figures(mean ? "mean picture" : "another picture", await AskAsync(pictures, samples, cancellationToken), await NameAsync(singles, single, cancellationToken), [], 1.0 / scenes);
    }

    /// <summary>Scenes as their vision encoder sees them, for fitting what is familiar.</summary>
    /// <param name="from">Index of the first one, of those that nothing is measured on.</param>
    public Task<ImageEncoding[]> SeeKnownAsync(int from, int count, CancellationToken cancellationToken)
    {
        var source = new SampleSource(art, split);
        return SeeAsync(Enumerable.Range(from, count).Select(i => Distortion.None.Encode(source.Create(i).Pixels, i)), cancellationToken);
    }

    /// <summary>Every question about the scenes of trained styles.</summary>
    public async Task<IReadOnlyList<Judged>> AskKnownAsync(CancellationToken cancellationToken)
    {
        var source = new SampleSource(art, split);
        var samples = Enumerable.Range(0, scenes).Select(i => source.Create(i)).ToArray();
        return await AskAsync(await SeeAsync(samples, Distortion.None, cancellationToken), samples, cancellationToken);
    }

    /// <summary>What the pack says of pictures that are not of its world.</summary>
    public async Task<IReadOnlyList<Judged>> DescribeAsync(IEnumerable<byte[]> pictures, CancellationToken cancellationToken)
    {
        var seen = await SeeAsync(pictures, cancellationToken);
        DialogueTurn[] turns = [new(QuestionKind.Caption, false, "Describe the picture.", "", [], [])];
        return [.. (await pack.AskAllAsync([.. seen.Select(s => (s, (IReadOnlyList<DialogueTurn>)turns))], "describe", cancellationToken)).SelectMany(a => a)];
    }

    /// <summary>One object, one question for its name, no help from turns before it.</summary>
    public DialogueTurn NameOf(Sample sample)
    {
        var name = art.Kinds[sample.Scene.Objects[0].Kind].WithArticle;
        return new DialogueTurn(QuestionKind.What, false, "What is this?", $"{char.ToUpperInvariant(name[0])}{name[1..]}.", [], []);
    }

    private Task<ImageEncoding[]> SeeAsync(Sample[] samples, Distortion distortion, CancellationToken cancellationToken) =>
        SeeAsync(samples.Select((s, i) => distortion.Encode(s.Pixels, i)), cancellationToken);

    // Not all at once: the encoder's queue is bounded.
    private async Task<ImageEncoding[]> SeeAsync(IEnumerable<byte[]> pictures, CancellationToken cancellationToken)
    {
        var seen = new List<ImageEncoding>();
        foreach (var chunk in pictures.Chunk(64))
        {
            seen.AddRange(await Task.WhenAll(chunk.Select(p => pack.SeeAsync(p, cancellationToken))));
        }

        return [.. seen];
    }

    private async Task<IReadOnlyList<Judged>> AskAsync(ImageEncoding[] pictures, Sample[] samples, CancellationToken cancellationToken) =>
        [.. (await pack.AskAllAsync([.. pictures.Select((p, i) => (p, samples[i].Turns))], "scene", cancellationToken)).SelectMany(a => a)];

    private async Task<IReadOnlyList<Judged>> NameAsync(ImageEncoding[] pictures, Sample[] samples, CancellationToken cancellationToken) =>
        [.. (await pack.AskAllAsync([.. pictures.Select((p, i) => (p, (IReadOnlyList<DialogueTurn>)[NameOf(samples[i])]))], "name", cancellationToken)).SelectMany(a => a)];

    private static byte[] Mean(Sample[] samples) => [.. Enumerable.Range(0, samples[0].Pixels.Length).Select(i => (byte)samples.Average(s => s.Pixels[i]))];
}
