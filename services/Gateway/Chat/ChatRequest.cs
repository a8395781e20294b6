using MultiModalMesh.Decoder.V1;

namespace MultiModalMesh.Gateway.Chat;

/// <summary>A chat, or a raw prompt to go on from, as the mesh needs it, whichever API it came by.</summary>
internal sealed record ChatRequest
{
    /// <summary>Name of a pack; empty for the default one.</summary>
    public string Model { get; init; } = "";

    /// <summary>Empty if there is a prompt.</summary>
    public IReadOnlyList<ChatMessage> Messages { get; init; } = [];

    /// <summary>Taken as it is, instead of messages; null for a chat.</summary>
    public RawPrompt? Prompt { get; init; }

    /// <summary>0 for the pack's default.</summary>
    public int MaxTokens { get; init; }
    public float Temperature { get; init; }
    public float TopP { get; init; }
    public long? Seed { get; init; }
    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>What the answer must look like; null: anything.</summary>
    public ChatFormat? Format { get; init; }

    /// <summary>Alternatives whose log probabilities are told with every token, beside its own; null: none are told.</summary>
    public int? LogProbabilities { get; init; }
}

/// <param name="Role">Who says it.</param>
/// <param name="Text">May be empty if there is a picture.</param>
/// <param name="Images">Ids or data URLs, each with the place where the request has it.</param>
internal sealed record ChatMessage(Message.Types.Role Role, string Text, IReadOnlyList<ChatImage> Images);

internal sealed record ChatImage(string Reference, string Field);

/// <summary>One step of an answer.</summary>
internal abstract record ChatEvent
{
    private ChatEvent()
    {
    }

    /// <param name="Model">The pack that answers, as "name@version".</param>
    internal sealed record Started(string Model) : ChatEvent;

    /// <param name="Text">To append; may be empty where there is a token.</param>
    /// <param name="Token">Set where log probabilities were asked for and the text is of a token.</param>
    internal sealed record Delta(string Text, Token? Token = null) : ChatEvent;

    /// <summary>Always the last.</summary>
    internal sealed record Ended(FinishReason Reason, int PromptTokens, int CachedTokens, int CompletionTokens) : ChatEvent
    {
        /// <summary>That the answer is right, 0..1; null where nobody knows.</summary>
        public double? Confidence { get; init; }

        /// <summary>Null with it.</summary>
        public bool? Uncertain { get; init; }
    }
}
