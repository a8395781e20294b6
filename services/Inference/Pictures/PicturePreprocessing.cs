using System.Text.Json;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Inference.Pictures;

/// <summary>What a <c>preprocessor_config.json</c> says, with the defaults of the reference where it is silent.</summary>
/// <param name="ShortestEdge">Resize so that the shorter edge has this length; null: to <paramref name="Height"/> and <paramref name="Width"/>.</param>
/// <param name="Tiling">Null for a picture that is seen as one; resizing and cropping are in it otherwise.</param>
internal sealed record PicturePreprocessing(
    bool Resize,
    int? ShortestEdge,
    int Height,
    int Width,
    ResamplingFilter Filter,
    bool CenterCrop,
    int CropHeight,
    int CropWidth,
    bool Rescale,
    double RescaleFactor,
    bool Normalize,
    double[] Mean,
    double[] Deviation,
    PictureTiling? Tiling)
{
    private const int LongestEdge = 8192;

    /// <summary>Reads a file in which nothing is assumed about sizes and colours, and a picture is seen as one.</summary>
    public static PicturePreprocessing Read(string path) => JsonFile.Read(path, file =>
        file.Flag("do_image_splitting") ? throw file.Invalid("do_image_splitting", "is true; tiled pictures are not supported in a pack with pack.json") : Read(file, PreprocessorDefaults.None));

    /// <summary>Reads a file as it is published: what it leaves out is what its image processor does by default.</summary>
    public static PicturePreprocessing ReadPublished(string path) => JsonFile.Read(path, file =>
        Read(file, PreprocessorDefaults.For(file.OptionalText("image_processor_type") ?? file.OptionalText("feature_extractor_type"))));

    private static PicturePreprocessing Read(JsonFile file, PreprocessorDefaults defaults)
    {
        var filter = (ResamplingFilter)file.Integer("resample", (int)defaults.Filter);
        if (!Enum.IsDefined(filter))
        {
            throw file.Invalid("resample", $"is {(int)filter}; supported: 0 (nearest), 1 (Lanczos), 2 (bilinear), 3 (bicubic), 4 (box), 5 (Hamming)");
        }

        var resize = file.Flag("do_resize", true);
        var normalize = file.Flag("do_normalize", true);
        var settings = new PicturePreprocessing(
            resize, null, 0, 0, filter, CenterCrop: false, 0, 0,
            file.Flag("do_rescale", true), file.Number("rescale_factor", 1.0 / 255),
            normalize, normalize ? Channels(file, "image_mean", defaults.Mean) : [0, 0, 0], normalize ? Deviations(file, defaults) : [1, 1, 1], null);
        return defaults.IsTiled || file.Optional("do_image_splitting") is not null ? ReadTiled(file, settings, defaults) : ReadWhole(file, settings, defaults);
    }

    private static PicturePreprocessing ReadWhole(JsonFile file, PicturePreprocessing settings, PreprocessorDefaults defaults)
    {
        var (shortest, height, width) = settings.Resize ? Size(file, "size", defaults.Size, defaults.SizeIsShortestEdge) : (null, 0, 0);
        var crop = file.Flag("do_center_crop", defaults.CropSize is not null);
        var (_, cropHeight, cropWidth) = crop ? Size(file, "crop_size", defaults.CropSize, numberIsShortestEdge: false) : (null, 0, 0);
        return crop && cropHeight == 0
            ? throw file.Invalid("crop_size", "has no height and width")
            : settings with { ShortestEdge = shortest, Height = height, Width = width, CenterCrop = crop, CropHeight = cropHeight, CropWidth = cropWidth };
    }

    private static PicturePreprocessing ReadTiled(JsonFile file, PicturePreprocessing settings, PreprocessorDefaults defaults)
    {
        var tile = Longest(file, "max_image_size", defaults.TileEdge);
        return settings with
        {
            Height = tile,
            Width = tile,
            Tiling = new PictureTiling(settings.Resize ? Longest(file, "size", defaults.Size) : null, tile, file.Flag("do_image_splitting", true)),
        };
    }

    private static (int? Shortest, int Height, int Width) Size(JsonFile file, string field, int? fallback, bool numberIsShortestEdge)
    {
        if (file.Optional(field) is not { } size)
        {
            return Of(fallback ?? throw file.Invalid(field, "is missing"));
        }

        switch (size.ValueKind)
        {
            case JsonValueKind.Number:
                return Of(Edge(file, field, size));
            case JsonValueKind.Array when size.GetArrayLength() == 2:
                return (null, Edge(file, field, size[0]), Edge(file, field, size[1]));
            case JsonValueKind.Object when size.TryGetProperty("height", out var height) && size.TryGetProperty("width", out var width):
                return (null, Edge(file, field, height), Edge(file, field, width));
            case JsonValueKind.Object when size.TryGetProperty("shortest_edge", out var shortest) && !size.TryGetProperty("longest_edge", out _):
                return (Edge(file, field, shortest), 0, 0);
            default:
                throw file.Invalid(field, "has neither shortest_edge alone nor height and width");
        }

        // Older files: a bare number. What it means is the image processor's to say.
        (int? Shortest, int Height, int Width) Of(int edge) => numberIsShortestEdge ? (edge, 0, 0) : (null, edge, edge);
    }

    private static int Longest(JsonFile file, string field, int? fallback) => file.Optional(field) switch
    {
        null => fallback ?? throw file.Invalid(field, "is missing"),
        { ValueKind: JsonValueKind.Object } size when size.TryGetProperty("longest_edge", out var longest) => Edge(file, field, longest),
        { ValueKind: JsonValueKind.Number } size => Edge(file, field, size),
        _ => throw file.Invalid(field, "has no longest_edge"),
    };

    private static int Edge(JsonFile file, string field, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var edge) && edge is > 0 and <= LongestEdge
            ? edge
            : throw file.Invalid(field, $"is not between 1 and {LongestEdge} pixels");

    private static double[] Deviations(JsonFile file, PreprocessorDefaults defaults) =>
        Channels(file, "image_std", defaults.Deviation) is var values && Array.IndexOf(values, 0) < 0 ? values : throw file.Invalid("image_std", "has a zero in it");

    private static double[] Channels(JsonFile file, string field, double[]? fallback)
    {
        if (file.Optional(field) is null && fallback is not null)
        {
            return fallback;
        }

        var values = file.Require(field);
        return values.ValueKind == JsonValueKind.Array && values.GetArrayLength() == Picture.Channels && values.EnumerateArray().All(v => v.ValueKind == JsonValueKind.Number)
            ? [.. values.EnumerateArray().Select(v => v.GetDouble())]
            : throw file.Invalid(field, "does not have three numbers");
    }
}
