using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Decoding;

namespace MultiModalMesh.Inference.Packs;

/// <summary>Who says a message.</summary>
public enum ChatRole
{
    System,
    User,
    Assistant,
}

/// <param name="Text">Control tokens in it are plain text.</param>
/// <param name="Pictures">How many pictures come with the message.</param>
public sealed record ChatMessage(ChatRole Role, string Text, int Pictures = 0);

/// <summary>Where a picture of a conversation stands.</summary>
/// <param name="Message">Index of its message.</param>
/// <param name="Picture">Index among the message's pictures.</param>
public readonly record struct PictureReference(int Message, int Picture);

/// <param name="Tokens">Ids and <see cref="GenerationRequest.ImagePosition"/>s.</param>
/// <param name="Pictures">The pictures that the prompt shows, in the order of their positions.</param>
/// <param name="DroppedMessages">Messages left out to make room, the oldest ones.</param>
public sealed record ChatPromptLayout(int[] Tokens, IReadOnlyList<PictureReference> Pictures, int DroppedMessages);

/// <summary>Lays conversations out as a model was trained on them. Safe for concurrent use.</summary>
public interface IChatPrompt
{
    /// <summary>Builds the prompt for the answer to the last message.</summary>
    /// <param name="messages">Oldest first; the last one is the user's.</param>
    /// <param name="maxNewTokens">
    /// Room for the answer. Older turns make way for it, but never more than half of the context is kept free: a caller's generous limit must not
    /// cost the conversation.
    /// </param>
    /// <param name="grid">Into how many tiles a picture was cut; null: no picture was cut.</param>
    /// <exception cref="MeshException">PromptTooLong: the last turn alone does not fit. InvalidRequest: no message, or the last is not the user's.</exception>
    ChatPromptLayout Build(IReadOnlyList<ChatMessage> messages, int maxNewTokens, Func<PictureReference, PictureGrid>? grid = null);
}
