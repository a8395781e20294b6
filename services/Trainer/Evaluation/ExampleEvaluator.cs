using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Trainer.Model;
using MultiModalMesh.Trainer.Settings;
using MultiModalMesh.Trainer.Sources;
using MultiModalMesh.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MultiModalMesh.Trainer.Evaluation;

/// <summary>Measures a model on the validation examples of a user's data, by what it says and not by how likely the right words are to it.</summary>
internal sealed class ExampleEvaluator(
    IReadOnlyList<ExampleSource> validation, BatchComposer composer, BatchLogits network, PictoModel model, GreedyAnswers answers, TrainingSettings settings)
{
    private const int Together = 32;

    /// <param name="loss">Of a batch.</param>
    /// <param name="folder">Where what the model said is written.</param>
    /// <param name="step">Of the run.</param>
    public async Task<IReadOnlyDictionary<string, double>> EvaluateAsync(Func<Batch, double> loss, string folder, long step, CancellationToken cancellationToken)
    {
        var chosen = await ChooseAsync(cancellationToken);
        if (chosen.Count == 0)
        {
            return new Dictionary<string, double>();
        }

        using var scope = NewDisposeScope();
        using var inference = no_grad();
        var predictions = new List<Prediction>();
        List<Tensor> images = [], texts = [];
        double losses = 0;
        foreach (var chunk in chosen.Chunk(Together))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var part = NewDisposeScope();
            var batch = composer.Compose([.. chunk.Select(c => c.Drawn.Sample)]);
            losses += loss(batch) * chunk.Length;
            if (settings.Stage != Stage.Contrastive)
            {
                predictions.AddRange(chunk.Zip(answers.Say(batch, settings.Evaluation.AnswerTokens), Judge));
            }

            images.Add(model.Vision.Embed(network.See(batch, statistics: false)).MoveToOuterDisposeScope());
            texts.Add(network.Captions(batch).MoveToOuterDisposeScope());
        }

        var figures = new Dictionary<string, double> { ["loss"] = losses / chosen.Count };
        if (chosen.TrueForAll(c => c.Drawn.Sample.RetrievalSentence.Length > 0))
        {
            AddRecall(figures, predictions, chosen, cat(texts).matmul(cat(images).t()).cpu());
        }

        if (settings.Stage != Stage.Contrastive)
        {
            figures["answers_right"] = predictions.Average(p => p.Right);
        }

        PredictionFile.Write(folder, step, predictions);
        return figures;
    }

    private async Task<List<(DrawnSample Drawn, Example Example)>> ChooseAsync(CancellationToken cancellationToken)
    {
        var chosen = new List<(DrawnSample, Example)>();
        foreach (var source in validation)
        {
            var wanted = settings.Evaluation.Samples / validation.Count;
            for (var ordinal = 0L; ordinal < source.Count && wanted > 0; ordinal++)
            {
                if (await source.FindAsync(ordinal, cancellationToken) is { } drawn)
                {
                    chosen.Add((drawn, await source.ExampleAsync(ordinal, cancellationToken)));
                    wanted--;
                }
            }
        }

        return chosen;
    }

    private Prediction Judge((DrawnSample Drawn, Example Example) asked, string said)
    {
        var turn = asked.Drawn.Sample.Turns[^1];
        IReadOnlyList<string> accepted = settings.Stage switch
        {
            Stage.Vqa => [.. StageWording.Answered(asked.Example)[0].Answers.Select(a => a.Text)],
            Stage.Caption => StageWording.Captions(asked.Example),
            _ => [turn.Answer],
        };
        return new Prediction(asked.Example.Id, turn.Question, accepted, said, AnswerText.Accuracy(said, accepted), PngFile.Write(asked.Drawn.Sample.Pixels, model.Shape.ImageSize));
    }

    /// <summary>A text finds a picture of which the same is said: several pictures may show the same thing.</summary>
    private void AddRecall(Dictionary<string, double> figures, List<Prediction> predictions, List<(DrawnSample Drawn, Example Example)> chosen, Tensor similarity)
    {
        var sentences = chosen.Select(c => c.Drawn.Sample.RetrievalSentence).ToArray();
        var pictures = similarity.argmax(1).data<long>().ToArray();
        var found = similarity.argmax(0).data<long>().ToArray();
        figures["text_to_image_recall_at_1"] = pictures.Select((p, i) => AnswerText.Same(sentences[p], sentences[i]) ? 1.0 : 0).Average();
        figures["image_to_text_recall_at_1"] = found.Select((t, i) => AnswerText.Same(sentences[t], sentences[i]) ? 1.0 : 0).Average();
        if (settings.Stage == Stage.Contrastive)
        {
            predictions.AddRange(chosen.Select((c, i) => new Prediction(
                c.Example.Id, "Which text belongs to it?", [sentences[i]], sentences[found[i]], AnswerText.Same(sentences[found[i]], sentences[i]) ? 1 : 0,
                PngFile.Write(c.Drawn.Sample.Pixels, model.Shape.ImageSize))));
        }
    }
}
