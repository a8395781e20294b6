using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Inference.Decoding;

namespace MultiModalMesh.Decoder;

/// <summary>The contract's sampling as the engine takes it: what is absent there has its default here.</summary>
internal static class RequestMapping
{
    public static SamplingOptions ToOptions(GenerateRequest request)
    {
        var sampling = request.Sampling ?? new Sampling();
        return new SamplingOptions
        {
            Temperature = sampling.Temperature,
            TopP = sampling.TopP == 0 ? 1 : sampling.TopP,
            TopK = sampling.TopK,
            MinP = sampling.MinP,
            RepetitionPenalty = sampling.RepetitionPenalty == 0 ? 1 : sampling.RepetitionPenalty,
            LogitBias = sampling.LogitBias.ToDictionary(),
            Seed = sampling.Seed,
            StopSequences = [.. sampling.StopSequences],
            LogProbabilities = request.HasLogProbabilities ? request.LogProbabilities : null,
        };
    }
}
