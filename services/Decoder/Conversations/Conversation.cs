using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Vision.V1;

namespace MultiModalMesh.Decoder.Conversations;

/// <summary>A picture of a conversation and the field of the request that names it.</summary>
internal sealed record ConversationPicture(ImageReference Reference, string Field);

/// <summary>The part of a request's conversation that a pack can see: its newest pictures and what was said since the oldest of those.</summary>
internal sealed class Conversation
{
    private readonly List<IReadOnlyList<ConversationPicture>> _pictures = [];
    private readonly List<ChatMessage> _messages = [];

    public IReadOnlyList<ChatMessage> Messages => _messages;

    /// <summary>
    /// Leaves out pictures beyond the newest <paramref name="maxImages"/>, and with them the turns before the oldest picture that stays:
    /// they speak of what the model no longer sees. Where no picture is left out, every turn stays.
    /// </summary>
    /// <exception cref="MeshException"><see cref="ErrorReason.CapabilityMissing"/>: there is a picture and the pack takes none.</exception>
    public static Conversation From(IReadOnlyList<Message> messages, ModelPack pack) => From(messages, pack.MaxImages, pack.Name);

    internal static Conversation From(IReadOnlyList<Message> messages, int maxImages, string model)
    {
        var total = messages.Sum(message => message.Images.Count);
        if (total > 0 && maxImages == 0)
        {
            throw new MeshException(ErrorReason.CapabilityMissing, $"The model '{model}' reads no pictures; choose another one, or send text only.");
        }

        var leftOut = Math.Max(0, total - maxImages);
        var conversation = new Conversation();
        var seen = 0;
        for (var i = 0; i < messages.Count; i++)
        {
            var kept = Enumerable.Range(0, messages[i].Images.Count)
                .Where(picture => seen + picture >= leftOut)
                .Select(picture => new ConversationPicture(messages[i].Images[picture], $"messages[{i}].images[{picture}]"))
                .ToList();
            seen += messages[i].Images.Count;

            var isBeforeThePictures = leftOut > 0 && seen <= leftOut;
            if (!isBeforeThePictures || messages[i].Role == Message.Types.Role.System)
            {
                conversation._messages.Add(new ChatMessage(RoleOf(messages[i]), messages[i].Text, kept.Count));
                conversation._pictures.Add(kept);
            }
        }

        return conversation;
    }

    public ConversationPicture Picture(PictureReference place) => _pictures[place.Message][place.Picture];

    private static ChatRole RoleOf(Message message) => message.Role switch
    {
        Message.Types.Role.System => ChatRole.System,
        Message.Types.Role.Assistant => ChatRole.Assistant,
        _ => ChatRole.User,
    };
}
