namespace MultiModalMesh.Data.Scenes;

/// <summary>Text of the synthetic world without its pictures, for training a tokenizer.</summary>
public static class SceneText
{
    /// <summary>Questions, answers and retrieval sentences of the first <paramref name="samples"/> samples, with a text-only dialogue after every tenth.</summary>
    public static IEnumerable<string> Corpus(SampleSource source, int samples)
    {
        for (var i = 0; i < samples; i++)
        {
            var (turns, sentence) = source.CreateText(i);
            yield return sentence;
            var all = i % 10 == 0 ? turns.Concat(source.TextOnlyDialogue(i / 10)) : turns;
            foreach (var turn in all)
            {
                yield return turn.Question;
                yield return turn.Answer;
            }
        }
    }
}
