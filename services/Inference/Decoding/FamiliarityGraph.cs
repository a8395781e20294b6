using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Sessions;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>How far a picture is from those that a pack knows: <c>image_features [batch, tokens, width]</c> to <c>distance [batch]</c>. Safe for concurrent use.</summary>
internal sealed class FamiliarityGraph : IDisposable
{
    private const string Features = "image_features", DistanceName = "distance";

    // A run takes microseconds on the caller's thread, and the graph must not be freed beneath it.
    private readonly Lock _lock = new();
    private readonly GraphSession _graph;
    private readonly GraphTensor _input;
    private readonly FamiliarDistances _distances;
    private bool _disposed;

    private FamiliarityGraph(GraphSession graph, FamiliarDistances distances, int? width)
    {
        _graph = graph;
        _distances = distances;
        _input = graph.FloatInput(Features, 3);
        graph.FloatOutput(DistanceName, 1);
        if (width is not null && _input.Shape[2] >= 0 && _input.Shape[2] != width)
        {
            throw graph.Invalid($"the input '{Features}' has {_input.Shape[2]} columns; the decoder takes features of {width}");
        }
    }

    /// <summary>Null where the pack has none.</summary>
    /// <param name="width">Of the features that the decoder takes, where it is known.</param>
    /// <exception cref="Errors.MeshException">PackInvalid: names the file and the tensor.</exception>
    public static FamiliarityGraph? Open(ModelPack pack, int? width, InferenceOptions options)
    {
        if (pack.Calibration?.Familiar is not { } distances)
        {
            return null;
        }

        var graph = GraphSession.Open(pack.FilePath(PackFiles.Familiarity), options);
        try
        {
            return new FamiliarityGraph(graph, distances, width);
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }

    /// <returns>What is left of the confidence in an answer about the picture, 0..1.</returns>
    public double Share(ImageFeatures image)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            using var input = FloatTensor.Create(image.Values, [1, image.Tokens, image.Width], _input.Type);
            using var outputs = _graph.Run([Features], [input], [DistanceName]);
            return _distances.Share(FloatTensor.Read(outputs[0])[0]);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _graph.Dispose();
        }
    }
}
