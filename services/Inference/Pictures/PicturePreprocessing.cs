using System.Text.Json;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Inference.Pictures;

/// <summary>What a <c>preprocessor_config.json</c> says, with the defaults of the reference where it is silent.</summary>
/// <param name="ShortestEdge">Resize so that the shorter edge has this length; null: to <paramref name="Height"/> and <paramref name="Width"/>.</param>
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
    double[] Deviation)
{
    private const int LongestEdge = 4096;

    public static PicturePreprocessing Read(string path) => JsonFile.Read(path, Read);

    private static PicturePreprocessing Read(JsonFile file)
    {
        if (file.Flag("do_image_splitting"))
        {
            throw file.Invalid("do_image_splitting", "is true; tiled pictures are not supported");
        }

        var resize = file.Flag("do_resize", true);
        var (shortest, height, width) = resize ? Size(file, "size") : (null, 0, 0);
        var crop = file.Flag("do_center_crop");
        var (_, cropHeight, cropWidth) = crop ? Size(file, "crop_size") : (null, 0, 0);
        if (crop && cropHeight == 0)
        {
            throw file.Invalid("crop_size", "has no height and width");
        }

        var filter = (ResamplingFilter)file.Integer("resample", (int)ResamplingFilter.Bilinear);
        if (!Enum.IsDefined(filter))
        {
            throw file.Invalid("resample", $"is {(int)filter}; supported: 1 (Lanczos), 2 (bilinear), 3 (bicubic), 4 (box), 5 (Hamming)");
        }

        var normalize = file.Flag("do_normalize", true);
        return new PicturePreprocessing(
            resize, shortest, height, width, filter, crop, cropHeight, cropWidth,
            file.Flag("do_rescale", true), file.Number("rescale_factor", 1.0 / 255),
            normalize, normalize ? Channels(file, "image_mean") : [0, 0, 0], normalize ? Channels(file, "image_std") : [1, 1, 1]);
    }

    private static (int? Shortest, int Height, int Width) Size(JsonFile file, string field)
    {
        var size = file.Require(field);
        if (size.ValueKind == JsonValueKind.Number)
        {
            // Older files: a bare number is the shorter edge to resize to, and both edges of a crop.
            var edge = Edge(size);
            return field == "size" ? (edge, 0, 0) : (null, edge, edge);
        }

        if (size.ValueKind == JsonValueKind.Object && size.TryGetProperty("shortest_edge", out var shortest))
        {
            return (Edge(shortest), 0, 0);
        }

        return size.ValueKind == JsonValueKind.Object && size.TryGetProperty("height", out var height) && size.TryGetProperty("width", out var width)
            ? (null, Edge(height), Edge(width))
            : throw file.Invalid(field, "has neither shortest_edge nor height and width");

        int Edge(JsonElement value) => value.TryGetInt32(out var edge) && edge is > 0 and <= LongestEdge
            ? edge
            : throw file.Invalid(field, $"is not between 1 and {LongestEdge} pixels");
    }

    private static double[] Channels(JsonFile file, string field)
    {
        var values = file.Require(field);
        return values.ValueKind == JsonValueKind.Array && values.GetArrayLength() == Picture.Channels
            ? [.. values.EnumerateArray().Select(v => v.GetDouble())]
            : throw file.Invalid(field, "does not have three numbers");
    }
}
