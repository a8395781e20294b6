using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Constraints;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Packs;

namespace MultiModalMesh.Decoder;

/// <summary>The contract's sampling, prompt and constraint as the engine takes them: what is absent there has its default here.</summary>
internal static class RequestMapping
{
    /// <exception cref="MeshException">CapabilityMissing: the pack's decoder needs a picture.</exception>
    public static IReadOnlyList<int> ToPrompt(RawPrompt prompt, ModelPack pack)
    {
        if (!pack.CompletesPrompts)
        {
            throw new MeshException(ErrorReason.CapabilityMissing, $"The model '{pack.Name}' captions pictures and does nothing else; a raw prompt needs another one.");
        }

        return prompt.ContentCase == RawPrompt.ContentOneofCase.Tokens ? prompt.Tokens.Ids : pack.Tokenizer.Encode(prompt.Text, addSpecialTokens: true);
    }

    /// <exception cref="MeshException">InvalidRequest: the constraint cannot be kept; the field's path goes on into the schema.</exception>
    public static TokenConstraint? ToConstraint(GenerateRequest request, ModelPack pack)
    {
        try
        {
            return request.Constraint?.KindCase switch
            {
                Constraint.KindOneofCase.Choices => pack.Constraints.Choice(request.Constraint.Choices.Texts),
                Constraint.KindOneofCase.JsonSchema => pack.Constraints.JsonSchema(request.Constraint.JsonSchema),
                _ => null,
            };
        }
        catch (MeshException e) when (e.Field is { } field)
        {
            var path = field.StartsWith("choices", StringComparison.Ordinal) ? $"choices.texts{field["choices".Length..]}" : $"json_schema{field["schema".Length..]}";
            throw new MeshException(e.Reason, e.Message, e) { Field = $"constraint.{path}" };
        }
    }

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
