using System.Collections.Frozen;

namespace MultiModalMesh.Inference.Pictures;

/// <summary>What an image processor of the reference does where its configuration is silent.</summary>
/// <param name="Size">Of the kind <c>size</c> is in the family: the shorter edge, or both.</param>
/// <param name="SizeIsShortestEdge">What a bare number in <c>size</c> means, as files of earlier years have it.</param>
internal sealed record PreprocessorDefaults(
    int? Size, bool SizeIsShortestEdge, ResamplingFilter Filter, int? CropSize, double[]? Mean, double[]? Deviation, bool IsTiled = false, int? TileEdge = null)
{
    private static readonly double[] Half = [0.5, 0.5, 0.5];
    private static readonly double[] ClipMean = [0.48145466, 0.4578275, 0.40821073];
    private static readonly double[] ClipDeviation = [0.26862954, 0.26130258, 0.27577711];

    /// <summary>For a processor that is not known: nothing is assumed about sizes and colours.</summary>
    public static readonly PreprocessorDefaults None = new(null, SizeIsShortestEdge: true, ResamplingFilter.Bilinear, null, null, null);

    private static readonly FrozenDictionary<string, PreprocessorDefaults> ByName = new Dictionary<string, PreprocessorDefaults>
    {
        ["CLIP"] = new(224, SizeIsShortestEdge: true, ResamplingFilter.Bicubic, 224, ClipMean, ClipDeviation),
        ["Siglip"] = new(224, SizeIsShortestEdge: false, ResamplingFilter.Bicubic, null, Half, Half),
        ["ViT"] = new(224, SizeIsShortestEdge: false, ResamplingFilter.Bilinear, null, Half, Half),
        ["DeiT"] = new(256, SizeIsShortestEdge: false, ResamplingFilter.Bicubic, 224, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
        ["Idefics3"] = new(4 * 364, SizeIsShortestEdge: false, ResamplingFilter.Lanczos, null, Half, Half, IsTiled: true, TileEdge: 364),
        ["SmolVLM"] = new(4 * 364, SizeIsShortestEdge: false, ResamplingFilter.Lanczos, null, Half, Half, IsTiled: true, TileEdge: 364),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <param name="processor"><c>image_processor_type</c> or, in older files, <c>feature_extractor_type</c>.</param>
    public static PreprocessorDefaults For(string? processor)
    {
        var name = processor ?? "";
        foreach (var ending in (string[])["Fast", "ImageProcessor", "FeatureExtractor"])
        {
            name = name.EndsWith(ending, StringComparison.Ordinal) ? name[..^ending.Length] : name;
        }

        return ByName.GetValueOrDefault(name, None);
    }
}
