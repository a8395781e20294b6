using System.Text;
using Google.Protobuf.Collections;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Errors;
using MultiModalMesh.Images;

namespace MultiModalMesh.Decoder.Conversations;

/// <summary>What the contract asks of a request, whatever the pack; every refusal names the field, the value and the limit.</summary>
internal static class RequestChecks
{
    private const int MaxModelLength = 128;
    private const int MaxMessages = 1000;
    private const int MaxTextBytes = 64 * 1024;
    private const int MaxPromptTokens = 65_536;
    private const int MaxNewTokens = 4096;
    private const int MaxStopSequences = 4;
    private const int MaxStopLength = 256;
    private const int MaxCacheKeyLength = 512;
    private const int MaxTenantLength = 64;
    private const int MaxLogProbabilities = 20;
    private const int MaxLogitBiases = 300;

    /// <exception cref="MeshException"><see cref="ErrorReason.InvalidRequest"/>.</exception>
    public static void Check(GenerateRequest request)
    {
        Require(request.Model.Length <= MaxModelLength, "model", $"The model's name has {request.Model.Length} characters, the limit is {MaxModelLength}.");
        if (request.RawPrompt is { } prompt)
        {
            Require(request.Messages.Count == 0, "raw_prompt", "There are messages and a raw prompt; send one of them.");
            Check(prompt);
        }
        else
        {
            Check(request.Messages);
        }

        Require(
            request.Constraint is not { KindCase: Constraint.KindOneofCase.None }, "constraint", "The constraint says nothing; it must have choices or json_schema, or be left out.");
        Require(request.MaxNewTokens is >= 0 and <= MaxNewTokens, "max_new_tokens", $"max_new_tokens is {request.MaxNewTokens}; it must be 0 to {MaxNewTokens}.");
        Require(request.CacheKey.Length <= MaxCacheKeyLength, "cache_key", $"The cache key has {request.CacheKey.Length} characters, the limit is {MaxCacheKeyLength}.");
        Require(request.PrefixTokenIds.Count <= MaxNewTokens, "prefix_token_ids", $"The prefix has {request.PrefixTokenIds.Count} tokens, the limit is {MaxNewTokens}.");
        Require(request.Tenant.Length <= MaxTenantLength, "tenant", $"The tenant has {request.Tenant.Length} characters, the limit is {MaxTenantLength}.");
        Require(Enum.IsDefined(request.Priority), "priority", $"The priority is {(int)request.Priority}; it must be PRIORITY_INTERACTIVE or PRIORITY_BULK.");
        Require(
            request.LogProbabilities is >= 0 and <= MaxLogProbabilities,
            "log_probabilities",
            $"log_probabilities is {request.LogProbabilities}; it must be 0 to {MaxLogProbabilities}.");
        if (request.Sampling is { } sampling)
        {
            Check(sampling);
        }
    }

    private static void Check(RawPrompt prompt)
    {
        if (prompt.ContentCase == RawPrompt.ContentOneofCase.Tokens)
        {
            var ids = prompt.Tokens.Ids;
            Require(ids.Count is > 0 and <= MaxPromptTokens, "raw_prompt.tokens.ids", $"The prompt has {ids.Count} tokens; it must have 1 to {MaxPromptTokens}.");
            Require(ids.All(id => id >= 0), "raw_prompt.tokens.ids", "The prompt has a negative token id; ids are 0 or greater.");
            return;
        }

        var bytes = Encoding.UTF8.GetByteCount(prompt.Text);
        Require(bytes is > 0 and <= MaxTextBytes, "raw_prompt.text", $"The prompt has {bytes} bytes; it must have 1 to {MaxTextBytes}.");
    }

    private static void Check(RepeatedField<Message> messages)
    {
        Require(messages.Count is > 0 and <= MaxMessages, "messages", $"The conversation has {messages.Count} messages; it must have 1 to {MaxMessages}.");
        for (var i = 0; i < messages.Count; i++)
        {
            Check(messages[i], $"messages[{i}]");
        }

        var last = $"messages[{messages.Count - 1}]";
        Require(messages[^1].Role == Message.Types.Role.User, $"{last}.role", "The last message must be the user's.");
        Require(
            messages[^1].Images.Count > 0 || !string.IsNullOrWhiteSpace(messages[^1].Text),
            $"{last}.text",
            "The last message has neither text nor a picture; it must have one of them.");
    }

    private static void Check(Message message, string field)
    {
        Require(
            message.Role is Message.Types.Role.System or Message.Types.Role.User or Message.Types.Role.Assistant,
            $"{field}.role",
            $"The role is {message.Role}; it must be ROLE_SYSTEM, ROLE_USER or ROLE_ASSISTANT.");

        // A character has at most 3 bytes, so most texts need not be counted.
        var bytes = message.Text.Length > MaxTextBytes / 3 ? Encoding.UTF8.GetByteCount(message.Text) : 0;
        Require(bytes <= MaxTextBytes, $"{field}.text", $"The text has {bytes} bytes, the limit is {MaxTextBytes}.");
        Require(message.Images.Count == 0 || message.Role == Message.Types.Role.User, $"{field}.images", "Pictures come with the user's messages only.");
        for (var i = 0; i < message.Images.Count; i++)
        {
            Require(ImageId.IsValid(message.Images[i].ImageId), $"{field}.images[{i}].image_id", "This is not the id of a picture; an id is 'img_' and 64 lower-case hexadecimal digits.");
        }
    }

    private static void Check(Sampling sampling)
    {
        // Written so that NaN is refused.
        Require(sampling.Temperature is >= 0 and <= 2, "sampling.temperature", $"temperature is {sampling.Temperature}; it must be 0 to 2.");
        Require(sampling.TopP is >= 0 and <= 1, "sampling.top_p", $"top_p is {sampling.TopP}; it must be above 0 and at most 1, or 0 for 1.");
        Require(sampling.TopK >= 0, "sampling.top_k", $"top_k is {sampling.TopK}; it must be 0 or greater.");
        Require(sampling.MinP is >= 0 and <= 1, "sampling.min_p", $"min_p is {sampling.MinP}; it must be 0 to 1.");
        Require(
            sampling.RepetitionPenalty is >= 0 and <= 10,
            "sampling.repetition_penalty",
            $"repetition_penalty is {sampling.RepetitionPenalty}; it must be above 0 and at most 10, or 0 for 1.");
        Require(sampling.LogitBias.Count <= MaxLogitBiases, "sampling.logit_bias", $"There are {sampling.LogitBias.Count} logit biases, the limit is {MaxLogitBiases}.");
        foreach (var (id, bias) in sampling.LogitBias)
        {
            Require(id >= 0 && bias is >= -100 and <= 100, $"sampling.logit_bias[{id}]", $"The bias of token {id} is {bias}; ids are 0 or greater, a bias is -100 to 100.");
        }

        Require(sampling.StopSequences.Count <= MaxStopSequences, "sampling.stop_sequences", $"There are {sampling.StopSequences.Count} stop sequences, the limit is {MaxStopSequences}.");
        for (var i = 0; i < sampling.StopSequences.Count; i++)
        {
            Require(
                sampling.StopSequences[i].Length is > 0 and <= MaxStopLength,
                $"sampling.stop_sequences[{i}]",
                $"The stop sequence has {sampling.StopSequences[i].Length} characters; it must have 1 to {MaxStopLength}.");
        }
    }

    private static void Require(bool condition, string field, string message)
    {
        if (!condition)
        {
            throw new MeshException(ErrorReason.InvalidRequest, message) { Field = field };
        }
    }
}
