using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Trainer.Settings;
using MultiModalMesh.Trainer.Training;

namespace MultiModalMesh.Trainer.Sources;

/// <summary>What of an example a stage learns: which words are asked and which are to be said.</summary>
/// <param name="capacity">Tokens that a dialogue may have.</param>
internal sealed class StageWording(Stage stage, string prompt, DialogueEncoder encoder, int capacity)
{
    // <|user|>, <|assistant|> and <|end|>.
    private const int Marks = 3;

    private enum Purpose
    {
        Caption = 1,
        Question,
        Answer,
    }

    /// <param name="example">From a data set.</param>
    /// <param name="seed">With the position it decides which caption and question are taken.</param>
    /// <param name="position">Of the sample; the first caption and question are taken where it is below 0.</param>
    /// <returns>Turns and the sentence for the contrastive loss; null where the example has nothing for the stage.</returns>
    public (IReadOnlyList<DialogueTurn> Turns, string Sentence)? Write(Example example, long seed, long position)
    {
        var caption = Pick(Captions(example), Purpose.Caption);
        var turns = stage switch
        {
            Stage.Contrastive => [],
            Stage.Caption => caption is null ? [] : [Turn(QuestionKind.Caption, prompt, caption)],
            Stage.Vqa => Answered(example) is { Count: > 0 } questions && Pick(questions, Purpose.Question) is { } question ? [Turn(QuestionKind.What, question.Text, Reply(question))] : [],
            _ => Dialogue(example, caption),
        };
        return stage == Stage.Contrastive ? caption is null ? null : ([], caption)
            : turns.Count == 0 ? null
            : (turns, caption ?? "");

        T? Pick<T>(IReadOnlyList<T> all, Purpose purpose) =>
            all.Count == 0 ? default : all[position < 0 ? 0 : Draw.Below(all.Count, seed, position, (int)purpose)];

        // Ten people seldom agree: an answer is taken as often as it was given.
        string Reply(Question question) => position < 0 ? question.MostCommonAnswer! : Pick(question.Answers, Purpose.Answer)!.Text;
    }

    /// <summary>A class says what a picture shows, where nothing else does.</summary>
    public static IReadOnlyList<string> Captions(Example example) =>
        example.Captions.Any(c => c.Length > 0) ? [.. example.Captions.Where(c => c.Length > 0)] : example.Label is { Length: > 0 } label ? [label] : [];

    public static IReadOnlyList<Question> Answered(Example example) => [.. example.Questions.Where(q => q.Answers.Count > 0)];

    private List<DialogueTurn> Dialogue(Example example, string? caption)
    {
        var turns = example.Turns.Select(t => Turn(QuestionKind.What, t.Question, t.Answer)).ToList();
        if (turns.Count == 0)
        {
            turns.AddRange(Answered(example).Select(q => Turn(QuestionKind.What, q.Text, q.MostCommonAnswer!)));
        }

        return turns.Count == 0 && caption is not null ? [Turn(QuestionKind.Caption, prompt, caption)] : turns;
    }

    /// <summary>What is too long for the model is cut, so that its beginning is learned.</summary>
    private DialogueTurn Turn(QuestionKind kind, string question, string answer)
    {
        question = encoder.Cut(question, (capacity - Marks) / 2);
        return new DialogueTurn(kind, false, question, encoder.Cut(answer, capacity - Marks - encoder.Encode(question).Length), [], []);
    }
}
