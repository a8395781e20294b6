using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Tests;

/// <summary>The rasterised art, once for all tests: rasterising takes seconds.</summary>
internal static class World
{
    private static readonly Lazy<ArtLibrary> LoadedArt = new(() => ArtLibrary.Load());

    public static ArtLibrary Art => LoadedArt.Value;

    public static SampleSource Source(Split split, StyleSet styles = StyleSet.Trained) => new(Art, split, styles);

    public static Kind KindOf(SceneObject o) => Art.Kinds[o.Kind];
}
