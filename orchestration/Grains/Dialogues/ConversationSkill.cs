using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Workers;

namespace MultiModalMesh.Grains.Dialogues;

/// <summary>Describe, answer and chat: a decoder writes the answer.</summary>
internal sealed class ConversationSkill(WorkerPool workers)
{
    /// <param name="key">Whose dialogue; its worker's KV cache is kept under this name.</param>
    /// <param name="dialogue">The turns before.</param>
    /// <param name="turn">Gets the text, piece by piece. What it has already is not asked for again.</param>
    /// <param name="checkpoint">Called after every token.</param>
    /// <param name="cancellationToken">Ends the decoder's work.</param>
    public async Task<TurnOutcome> RunAsync(DialogueKey key, DialogueState dialogue, LiveTurn turn, Func<Task> checkpoint, CancellationToken cancellationToken)
    {
        var route = new RouteRequest { Capability = Capabilities.Chat, Model = turn.Record.Options.Model, AffinityKey = key.ToString() };
        var request = ConversationPrompt.For(key, dialogue, turn.Checkpoint());
        TurnUsage? usage = null;
        TurnConfidence? confidence = null;
        await foreach (var response in workers.GenerateAsync(route, request, cancellationToken))
        {
            switch (response.EventCase)
            {
                case GenerateResponse.EventOneofCase.Prompt:
                    turn.AnsweredBy(response.Prompt.Model);
                    break;
                case GenerateResponse.EventOneofCase.Token:
                    turn.AppendToken(response.Token.Index, response.Token.TokenId, response.Token.TextDelta);
                    await checkpoint();
                    break;
                case GenerateResponse.EventOneofCase.Completed:
                    turn.Append(response.Completed.TextDelta);
                    usage = response.Completed.Usage is { } used ? new TurnUsage(used.PromptTokens, used.CachedTokens, used.CompletionTokens) : null;
                    confidence = response.Completed.HasConfidence ? new TurnConfidence(response.Completed.Confidence, response.Completed.Uncertain) : null;
                    break;
            }
        }

        return new TurnOutcome(usage, Confidence: confidence);
    }
}
