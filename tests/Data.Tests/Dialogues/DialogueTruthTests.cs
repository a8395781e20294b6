using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Tests.Dialogues;

public sealed class DialogueTruthTests
{
    [Theory]
    [InlineData(Split.Train)]
    [InlineData(Split.Test)]
    public void Every_answer_follows_from_the_scene(Split split)
    {
        var source = World.Source(split);
        for (var index = 0; index < 1500; index++)
        {
            var oracle = new Oracle(source.CreateScene(index));
            foreach (var turn in source.CreateText(index).Turns)
            {
                var expected = oracle.Answer(turn);
                Assert.True(expected == turn.Answer, $"{split} {index}: '{turn.Question}' is answered '{turn.Answer}', the scene says '{expected}'.");
            }
        }
    }

    [Fact]
    public void Positions_near_a_border_are_not_asked_for()
    {
        var source = World.Source(Split.Train);
        foreach (var sample in Enumerable.Range(0, 1500).Select(i => (Scene: source.CreateScene(i), Text: source.CreateText(i))))
        {
            foreach (var mention in sample.Text.Turns.Where(t => t.Kind == QuestionKind.Where).SelectMany(t => t.Mentions))
            {
                var o = sample.Scene.Objects[Assert.Single(mention.Objects)];
                Assert.All([o.CenterX, o.CenterY], c => Assert.True(Math.Min(Math.Abs(c - 1 / 3f), Math.Abs(c - 2 / 3f)) >= 0.0349f));
            }
        }
    }

    [Fact]
    public void Mentions_mean_every_object_of_their_kind_or_are_pronouns()
    {
        var source = World.Source(Split.Train);
        var mentions = 0;
        foreach (var sample in Enumerable.Range(0, 1500).Select(i => (Scene: source.CreateScene(i), Text: source.CreateText(i))))
        {
            foreach (var turn in sample.Text.Turns)
            {
                foreach (var mention in turn.Mentions)
                {
                    mentions++;
                    var text = turn.Question.Substring(mention.Start, mention.Length).ToLowerInvariant();
                    if (text == "it")
                    {
                        Assert.True(turn.FollowUp);
                        Assert.Single(mention.Objects);
                        continue;
                    }

                    var kind = Assert.Single(World.Art.Kinds, k => text == k.Singular || text == k.Plural);
                    Assert.Equal(Enumerable.Range(0, sample.Scene.Objects.Count).Where(i => sample.Scene.Objects[i].Kind == kind.Id), mention.Objects);
                }
            }
        }

        Assert.True(mentions > 3000, $"Only {mentions} mentions.");
    }

    [Fact]
    public void Shown_parts_of_an_answer_name_their_objects_their_number_or_their_place()
    {
        var source = World.Source(Split.Train);
        var parts = 0;
        foreach (var sample in Enumerable.Range(0, 1500).Select(i => (Scene: source.CreateScene(i), Text: source.CreateText(i))))
        {
            foreach (var (turn, shown) in sample.Text.Turns.SelectMany(t => t.Shown.Select(s => (t, s))))
            {
                parts++;
                var text = turn.Answer.Substring(shown.Start, shown.Length).ToLowerInvariant();
                var kind = World.KindOf(sample.Scene.Objects[shown.Objects[0]]);
                Assert.All(shown.Objects, i => Assert.Equal(kind.Id, sample.Scene.Objects[i].Kind));
                var numeral = new[] { "", "one", "two", "three", "four" }[shown.Objects.Count];
                var expected = turn.Kind switch
                {
                    QuestionKind.CountKind => numeral,
                    QuestionKind.Where => turn.Answer.ToLowerInvariant().TrimEnd('.'),
                    _ when shown.Objects.Count > 1 => $"{numeral} {kind.Plural}",
                    _ => $"{kind.Article} {kind.Singular}",
                };
                Assert.StartsWith(expected, text, StringComparison.Ordinal);
            }
        }

        Assert.True(parts > 5000, $"Only {parts} parts.");
    }

    [Fact]
    public void Retrieval_sentence_names_every_object_with_its_count()
    {
        var source = World.Source(Split.Train);
        foreach (var sample in Enumerable.Range(0, 800).Select(i => (Scene: source.CreateScene(i), Text: source.CreateText(i))))
        {
            var sentence = sample.Text.RetrievalSentence.ToLowerInvariant();
            foreach (var group in sample.Scene.Objects.GroupBy(o => o.Kind))
            {
                var kind = World.Art.Kinds[group.Key];
                var expected = group.Count() switch { 1 => $"{kind.Article} {kind.Singular}", 2 => $"two {kind.Plural}", 3 => $"three {kind.Plural}", _ => $"four {kind.Plural}" };
                Assert.Contains(expected, sentence, StringComparison.Ordinal);
            }

            if (sentence.Contains("background", StringComparison.Ordinal))
            {
                Assert.Contains(Colours.Names[sample.Scene.Background], sentence, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Without_a_picture_every_picture_question_asks_for_one()
    {
        var source = World.Source(Split.Train);
        foreach (var turn in Enumerable.Range(0, 300).SelectMany(i => source.TextOnlyDialogue(i)))
        {
            Assert.Empty(turn.Mentions);
            Assert.Empty(turn.Shown);
            if (turn.Kind != QuestionKind.SmallTalk)
            {
                Assert.Equal("Please show me a picture first.", turn.Answer);
            }
        }
    }
}
