using MultiModalMesh.Decoder.V1;

namespace MultiModalMesh.Gateway.Chat;

/// <summary>A chat as the mesh needs it, whichever API it came by.</summary>
internal sealed record ChatRequest
{
    /// <summary>Name of a pack; empty for the default one.</summary>
    public string Model { get; init; } = "";
    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>0 for the pack's default.</summary>
    public int MaxTokens { get; init; }
    public float Temperature { get; init; }
    public float TopP { get; init; }
    public long? Seed { get; init; }
    public IReadOnlyList<string> Stop { get; init; } = [];
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

    internal sealed record Delta(string Text) : ChatEvent;

    /// <summary>Always the last.</summary>
    internal sealed record Ended(FinishReason Reason, int PromptTokens, int CachedTokens, int CompletionTokens) : ChatEvent;
}
