using System.Text;
using Grpc.Core;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Inference.Packs.Serving;
using MultiModalMesh.Tokenization.V1;

namespace MultiModalMesh.ModelHosting.Tokenization;

/// <summary>The contract's face: checks, asks the pack's tokenizer, maps back.</summary>
internal sealed class TokenizationGrpcService(PackPool packs) : TokenizationService.TokenizationServiceBase
{
    private const int MaxModelLength = 128;
    private const int MaxTextBytes = 64 * 1024;
    private const int MaxIds = 65_536;

    public override Task<TokenizeResponse> Tokenize(TokenizeRequest request, ServerCallContext context)
    {
        var pack = Find(request.Model);
        var bytes = Encoding.UTF8.GetByteCount(request.Text);
        Require(bytes <= MaxTextBytes, "text", $"The text has {bytes} bytes, the limit is {MaxTextBytes}.");
        return Task.FromResult(new TokenizeResponse { Ids = { pack.Tokenizer.Encode(request.Text, request.AddSpecialTokens) }, Model = pack.Id });
    }

    public override Task<DetokenizeResponse> Detokenize(DetokenizeRequest request, ServerCallContext context)
    {
        var pack = Find(request.Model);
        Require(request.Ids.Count <= MaxIds, "ids", $"There are {request.Ids.Count} ids, the limit is {MaxIds}.");
        int[] ids = [.. request.Ids];
        var wrong = Array.FindIndex(ids, id => id < 0 || id >= pack.Tokenizer.VocabularySize);
        Require(wrong < 0, $"ids[{wrong}]", $"There is no token {(wrong < 0 ? 0 : ids[wrong])}; the ids of '{pack.Name}' are 0 to {pack.Tokenizer.VocabularySize - 1}.");
        return Task.FromResult(new DetokenizeResponse { Text = pack.Tokenizer.Decode(ids, request.SkipSpecialTokens), Model = pack.Id });
    }

    private ModelPack Find(string model)
    {
        Require(model.Length <= MaxModelLength, "model", $"The model's name has {model.Length} characters, the limit is {MaxModelLength}.");
        return packs.Describe(model);
    }

    private static void Require(bool condition, string field, string message)
    {
        if (!condition)
        {
            throw new MeshException(ErrorReason.InvalidRequest, message) { Field = field };
        }
    }
}
