using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Sessions;

namespace MultiModalMesh.Inference.Decoding;

/// <summary>How far a picture is from those that a pack knows: <c>image_features [batch, tokens, width]</c> to <c>distance [batch]</c>. Safe for concurrent use.</summary>
internal sealed class FamiliarityGraph : IDisposable
{
    private const string Features = "image_features", DistanceName = "distance";

    private readonly GraphSession _graph;
    private readonly GraphTensor _input;
    private readonly FamiliarDistances _distances;

    private FamiliarityGraph(GraphSession graph, FamiliarDistances distances)
    {
        _graph = graph;
        _distances = distances;
        _input = graph.FloatInput(Features, 3);
        graph.FloatOutput(DistanceName, 1);
    }

    /// <summary>Null where the pack has none.</summary>
    /// <exception cref="Errors.MeshException">PackInvalid: names the file and the tensor.</exception>
    public static FamiliarityGraph? Open(ModelPack pack, InferenceOptions options)
    {
        if (pack.Calibration?.Familiar is not { } distances)
        {
            return null;
        }

        var graph = GraphSession.Open(pack.FilePath(PackFiles.Familiarity), options);
        try
        {
            return new FamiliarityGraph(graph, distances);
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
        using var input = FloatTensor.Create(image.Values, [1, image.Tokens, image.Width], _input.Type);
        using var outputs = _graph.Run([Features], [input], [DistanceName]);
        return _distances.Share(FloatTensor.Read(outputs[0])[0]);
    }

    public void Dispose() => _graph.Dispose();
}
