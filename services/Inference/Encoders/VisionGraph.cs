using System.Buffers;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Pictures;
using MultiModalMesh.Inference.Sessions;

namespace MultiModalMesh.Inference.Encoders;

/// <summary>
/// A pack's vision tower: <c>pixel_values [batch, 3, height, width]</c> to <c>image_embeds</c> or <c>pooler_output [batch, dimensions]</c> and, for a
/// decoder, <c>image_features</c> or <c>last_hidden_state [batch, tokens, width]</c>. Where pictures are cut into tiles it takes
/// <c>[batch, views, 3, height, width]</c> and, with it, <c>pixel_attention_mask [batch, views, height, width]</c>. Safe for concurrent use.
/// </summary>
internal sealed class VisionGraph : IDisposable
{
    private const string PixelValues = "pixel_values";
    private const string PixelMask = "pixel_attention_mask";

    // Views of 512 pixels take some 50 MB of activations each; more at once gain nothing on a CPU.
    private const int ViewsPerRun = 4;

    private static readonly string[] EmbeddingNames = ["image_embeds", "pooler_output"];
    private static readonly string[] FeatureNames = ["image_features", "last_hidden_state"];

    private readonly ModelPack _pack;
    private readonly PicturePreprocessor _preprocessor;
    private readonly GraphSession _graph;
    private readonly GraphTensor _input;
    private readonly int _height;
    private readonly int _width;
    private readonly bool _takesMask;
    private readonly string? _embedding;
    private readonly string? _features;

    private VisionGraph(ModelPack pack, GraphSession graph)
    {
        _pack = pack;
        _graph = graph;
        _preprocessor = pack.Preprocessor!;
        (_height, _width) = _preprocessor.OutputSize
            ?? throw new MeshException(
                ErrorReason.PackInvalid, $"{pack.FilePath(PackFiles.Preprocessor)}: size and crop_size give no fixed height and width.");
        _input = CheckInput();
        _takesMask = graph.HasInput(PixelMask);
        _embedding = pack.Has(PackCapabilities.ImageEmbedding) ? CheckEmbedding() : null;
        _features = pack.PictureInput != PictureInput.None ? CheckFeatures() : null;
    }

    private bool IsTiled => _preprocessor.Tiling is not null;

    private int ViewSize => Picture.Channels * _height * _width;

    /// <exception cref="MeshException">PackInvalid: names the file and the tensor or field.</exception>
    public static VisionGraph Open(ModelPack pack, InferenceOptions options)
    {
        var graph = GraphSession.Open(pack.FilePath(PackFiles.Vision), options);
        try
        {
            return new VisionGraph(pack, graph);
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }

    /// <summary>Encodings in the order of the pictures.</summary>
    public ImageEncoding[] Run(IReadOnlyList<PreparedPicture> pictures) => IsTiled ? [.. pictures.Select(RunTiled)] : RunWhole(pictures);

    public void Dispose() => _graph.Dispose();

    private ImageEncoding[] RunWhole(IReadOnlyList<PreparedPicture> pictures)
    {
        using var pixels = Values([.. pictures.Select(p => p.Views[0])]);
        using var input = FloatTensor.Create(pixels.Memory[..(pictures.Count * ViewSize)], [pictures.Count, Picture.Channels, _height, _width], _input.Type);
        string[] names = [.. new[] { _embedding, _features }.OfType<string>()];
        using var outputs = _graph.Run([PixelValues], [input], names);
        var embeddings = _embedding is not null ? FloatTensor.Read(outputs[0]) : [];
        var features = _features is not null ? FloatTensor.Read(outputs[^1]) : [];
        var (tokens, width) = _features is not null ? FeatureShape(outputs[^1]) : (0, 0);
        var dimensions = embeddings.Length / pictures.Count;
        var encodings = new ImageEncoding[pictures.Count];
        for (var i = 0; i < encodings.Length; i++)
        {
            encodings[i] = new ImageEncoding(
                UnitLength.Of(embeddings.Slice(i * dimensions, dimensions)),
                features.Slice(i * tokens * width, tokens * width).ToArray(), tokens, width, _pack.Id);
        }

        return encodings;
    }

    private ImageEncoding RunTiled(PreparedPicture picture)
    {
        List<float> features = [];
        var width = 0;
        foreach (var views in picture.Views.Chunk(ViewsPerRun))
        {
            using var pixels = Values(views);
            using var input = FloatTensor.Create(pixels.Memory[..(views.Length * ViewSize)], [1, views.Length, Picture.Channels, _height, _width], _input.Type);
            using var mask = OrtValue.CreateTensorValueFromMemory(AllTrue(views.Length), [1, views.Length, _height, _width]);
            using var outputs = _takesMask
                ? _graph.Run([PixelValues, PixelMask], [input, mask], [_features!])
                : _graph.Run([PixelValues], [input], [_features!]);
            features.AddRange(FloatTensor.Read(outputs[0]));
            width = (int)outputs[0].GetTensorTypeAndShape().Shape[^1];
        }

        var tokens = features.Count / width;
        var grid = new PictureGrid(picture.Rows, picture.Columns);
        return tokens == _pack.FeatureTokens(grid)
            ? new ImageEncoding([], [.. features], tokens, width, _pack.Id, grid)
            : throw _graph.Invalid($"the output '{_features}' has {tokens} rows for {grid.Views} views of a picture; {_pack.FeatureTokens(grid)} are expected");
    }

    /// <summary>Pooled: pictures wait as bytes and are normalised straight into the batch.</summary>
    private IMemoryOwner<float> Values(Picture[] views)
    {
        var values = MemoryPool<float>.Shared.Rent(views.Length * ViewSize);
        for (var i = 0; i < views.Length; i++)
        {
            _preprocessor.WritePixelValues(views[i], values.Memory.Span.Slice(i * ViewSize, ViewSize));
        }

        return values;
    }

    private bool[] AllTrue(int views)
    {
        // Tiles are whole by construction: nothing in them is padding.
        var mask = new bool[views * _height * _width];
        Array.Fill(mask, true);
        return mask;
    }

    private GraphTensor CheckInput()
    {
        var input = _graph.FloatInput(PixelValues, IsTiled ? 5 : 4);
        var shape = input.Shape;
        if (!Fits(shape[^3], Picture.Channels) || !Fits(shape[^2], _height) || !Fits(shape[^1], _width))
        {
            throw _graph.Invalid(
                $"the input '{PixelValues}' is {string.Join(" x ", shape)}; {PackFiles.Preprocessor} makes {Picture.Channels} x {_height} x {_width}");
        }

        if (_graph.HasInput(PixelMask))
        {
            _graph.Input(PixelMask, TensorElementType.Bool, 4);
        }

        return _graph.InputNames.FirstOrDefault(n => n != PixelValues && !(IsTiled && n == PixelMask)) is { } unknown
            ? throw _graph.Invalid($"the input '{unknown}' is not supported")
            : input;
    }

    private string CheckEmbedding()
    {
        var name = Array.Find(EmbeddingNames, _graph.HasOutput) ?? EmbeddingNames[0];
        var dimensions = _graph.FloatOutput(name, 2).Shape[1];
        return Fits(dimensions, _pack.Dimensions)
            ? name
            : throw _graph.Invalid($"the output '{name}' has {dimensions} columns; {_pack.SourceName} says dimensions {_pack.Dimensions}");
    }

    private string CheckFeatures()
    {
        var name = Array.Find(FeatureNames, _graph.HasOutput) ?? FeatureNames[0];
        if (IsTiled && _graph.HasOutput(name))
        {
            return name; // [views, tokens, width] or, in some exports, [views x tokens, width]: counted when it runs
        }

        var tokens = _graph.FloatOutput(name, 3).Shape[1];
        return _pack.ImageTokens == 0 || Fits(tokens, _pack.ImageTokens)
            ? name
            : throw _graph.Invalid($"the output '{name}' has {tokens} rows; {_pack.SourceName} says image_tokens {_pack.ImageTokens}");
    }

    private static bool Fits(int shape, int expected) => shape < 0 || shape == expected;

    private static (int Tokens, int Width) FeatureShape(OrtValue features) =>
        features.GetTensorTypeAndShape().Shape is var shape ? ((int)shape[1], (int)shape[2]) : default;
}
