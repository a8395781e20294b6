using MultiModalMesh.Decoder.Conversations;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Packs;
using MultiModalMesh.Vision.V1;
using Role = MultiModalMesh.Decoder.V1.Message.Types.Role;

namespace MultiModalMesh.Roles.Tests.Decoder;

public sealed class ConversationTests
{
    [Fact]
    public void Turns_about_a_picture_that_is_no_longer_seen_are_left_out()
    {
        var conversation = Conversation.From(
            [
                Say(Role.System, "Be short."),
                Say(Role.User, "what is it?", "dog"),
                Say(Role.Assistant, "a dog"),
                Say(Role.User, "which colour?"),
                Say(Role.Assistant, "brown"),
                Say(Role.User, "", "cup"),
                Say(Role.Assistant, "a cup"),
                Say(Role.User, "which colour?"),
            ],
            maxImages: 1,
            "picto");

        Assert.Equal(["Be short.", "", "a cup", "which colour?"], conversation.Messages.Select(message => message.Text));
        Assert.Equal([0, 1, 0, 0], conversation.Messages.Select(message => message.Pictures));
        var picture = conversation.Picture(new PictureReference(1, 0));
        Assert.Equal(("cup", "messages[5].images[0]"), (picture.Reference.ImageId, picture.Field));
    }

    [Fact]
    public void Of_several_pictures_in_a_message_the_newest_stay()
    {
        var conversation = Conversation.From([Say(Role.User, "compare", "a", "b", "c")], maxImages: 2, "picto");

        Assert.Equal(2, Assert.Single(conversation.Messages).Pictures);
        Assert.Equal(["b", "c"], new[] { 0, 1 }.Select(i => conversation.Picture(new PictureReference(0, i)).Reference.ImageId));
    }

    [Fact]
    public void Where_every_picture_is_seen_every_turn_stays()
    {
        var conversation = Conversation.From([Say(Role.User, "hello"), Say(Role.Assistant, "hi"), Say(Role.User, "what is it?", "cup")], maxImages: 1, "picto");

        Assert.Equal(["hello", "hi", "what is it?"], conversation.Messages.Select(message => message.Text));
    }

    [Fact]
    public void A_conversation_without_pictures_needs_no_eyes()
    {
        Assert.Single(Conversation.From([Say(Role.User, "hello")], maxImages: 0, "words").Messages);
    }

    [Fact]
    public void A_picture_for_a_pack_without_eyes_is_refused()
    {
        var error = Assert.Throws<MeshException>(() => Conversation.From([Say(Role.User, "what is it?", "cup")], maxImages: 0, "words"));

        Assert.Equal(ErrorReason.CapabilityMissing, error.Reason);
    }

    private static Message Say(Role role, string text, params string[] images) => new()
    {
        Role = role,
        Text = text,
        Images = { images.Select(id => new ImageReference { Tenant = "default", ImageId = id }) },
    };
}
