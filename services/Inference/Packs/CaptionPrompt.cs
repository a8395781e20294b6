using MultiModalMesh.Errors;

namespace MultiModalMesh.Inference.Packs;

/// <summary>The prompt of a model that does one thing, captioning a picture: its start token. The picture is seen beside the prompt.</summary>
internal sealed class CaptionPrompt(string model, int startToken) : IChatPrompt
{
    public ChatPromptLayout Build(IReadOnlyList<ChatMessage> messages, int maxNewTokens, Func<PictureReference, PictureGrid>? grid = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (messages.Count == 0 || messages[^1].Role != ChatRole.User)
        {
            throw new MeshException(ErrorReason.InvalidRequest, "The conversation does not end with a message of the user.") { Field = "messages" };
        }

        for (var message = messages.Count - 1; message >= 0; message--)
        {
            if (messages[message].Pictures > 0)
            {
                return new ChatPromptLayout([startToken], [new PictureReference(message, messages[message].Pictures - 1)], DroppedMessages: 0);
            }
        }

        throw new MeshException(ErrorReason.InvalidRequest, $"The model '{model}' captions pictures and does nothing else; send one.") { Field = "messages" };
    }
}
