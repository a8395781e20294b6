using System.Text.Json;
using MultiModalMesh.Inference.Pictures;
using MultiModalMesh.Inference.Sessions;

namespace MultiModalMesh.Inference.Packs.Published;

/// <summary>Reads how pictures are prepared and holds it against the vision tower's configuration and graph.</summary>
internal static class VisionFacts
{
    private const string PixelValues = "pixel_values";

    /// <param name="folder">The pack.</param>
    /// <param name="config">The vision tower's part of <c>config.json</c>; null where it has none.</param>
    /// <param name="graph">The vision tower.</param>
    /// <exception cref="Errors.MeshException">PackInvalid: the picture's size is open, or not the one that the tower takes.</exception>
    public static PicturePreprocessor Preprocessor(PublishedFolder folder, JsonFile? config, OnnxSignature graph)
    {
        var path = folder.FilePath(PackFiles.Preprocessor);
        var file = JsonFile.Open(path);
        var preprocessor = PicturePreprocessor.LoadPublished(path);
        var (height, width) = preprocessor.OutputSize ?? throw file.Invalid("size", "and crop_size give no fixed height and width");
        var shape = graph.Input(PixelValues, preprocessor.Tiling is null ? 4 : 5).Shape;
        if (Differs(shape[^3], Picture.Channels) || Differs(shape[^2], height) || Differs(shape[^1], width))
        {
            throw graph.Invalid(
                $"the input '{PixelValues}' is {string.Join(" x ", shape)}; {PackFiles.Preprocessor} makes {Picture.Channels} x {height} x {width}");
        }

        if (config is not null && ImageSize(config) is { } promised && promised != (height, width))
        {
            throw config.Invalid("image_size", $"is {promised.Height} x {promised.Width}, but {PackFiles.Preprocessor} makes {height} x {width}");
        }

        return preprocessor;
    }

    private static bool Differs(int shape, int expected) => shape >= 0 && shape != expected;

    private static (int Height, int Width)? ImageSize(JsonFile config) => config.Optional("image_size") switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } pair when pair.GetArrayLength() == 2 && pair[0].TryGetInt32(out var height) && pair[1].TryGetInt32(out var width) => (height, width),
        _ => config.Integer("image_size", 0) is var edge ? (edge, edge) : null,
    };
}
