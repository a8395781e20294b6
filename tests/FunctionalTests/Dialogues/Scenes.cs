using MultiModalMesh.Data.Scenes;
using NetVips;

namespace MultiModalMesh.FunctionalTests.Dialogues;

/// <summary>Pictures of the shipped pack's world that no training has seen, with what is true of them.</summary>
internal static class Scenes
{
    private static readonly Lazy<SampleSource> Source = new(() => new SampleSource(ArtLibrary.Load(), Split.Test));

    public static Sample Get(long index) => Source.Value.Create(index);

    /// <summary>A picture that shows a single object, and the sample that says which.</summary>
    public static Sample GetSingle(long index) => Source.Value.CreateSingleObject(index);

    public static byte[] Png(this Sample sample)
    {
        var edge = (int)Math.Sqrt(sample.Pixels.Length / 3);
        using var image = Image.NewFromMemory(sample.Pixels, edge, edge, 3, Enums.BandFormat.Uchar);
        using var srgb = image.Copy(interpretation: Enums.Interpretation.Srgb);
        return srgb.PngsaveBuffer();
    }
}
