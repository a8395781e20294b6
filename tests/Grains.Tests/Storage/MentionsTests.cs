using System.Text;
using MultiModalMesh.Grains.Storage;

namespace MultiModalMesh.Grains.Tests.Storage;

public sealed class MentionsTests
{
    [Theory]
    [InlineData("img_aa,img_ab,img_b", "x img_ab y img_b", "img_ab,img_b")]
    [InlineData("img_aa", "img_img_aa", "img_aa")]
    [InlineData("a,ab,abc", "zab", "a,ab")]
    [InlineData("left,right", "brightleft", "left,right")]
    [InlineData("img_aa", "img_a", "")]
    [InlineData("img_aa", "", "")]
    [InlineData("a,b", "", "")]
    public void Texts_are_found_wherever_they_stand(string texts, string record, string expected)
    {
        var mentions = new Mentions(texts.Split(','));

        mentions.LookIn(Encoding.UTF8.GetBytes(record));

        Assert.Equal(expected.Split(',', StringSplitOptions.RemoveEmptyEntries), mentions.Found.Order());
        Assert.Equal(expected == texts, mentions.AreComplete);
    }

    [Fact]
    public void Of_no_texts_none_is_missing()
    {
        var mentions = new Mentions([]);

        mentions.LookIn("anything"u8);

        Assert.True(mentions.AreComplete);
        Assert.Empty(mentions.Found);
    }
}
