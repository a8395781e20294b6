using System.CommandLine;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Errors;
using MultiModalMesh.Trainer.Classification;

namespace MultiModalMesh.Trainer.Commands;

/// <summary><c>linear-probe</c>: a linear classifier on a pack's picture embeddings.</summary>
internal static class LinearProbeCommand
{
    public static Command Create()
    {
        var pack = new Option<string>("--pack") { Description = "Folder of a model pack that embeds pictures.", Required = true };
        var data = new Option<string>("--data") { Description = "Labelled data set; without splits of its own a fifth is kept for measuring.", Required = true };
        var penalty = new Option<float>("--penalty") { Description = "On the squared weights; more for few pictures.", DefaultValueFactory = _ => 0.01f };
        var json = new Option<string?>("--json") { Description = "Writes accuracy and confusion to this file." };
        var command = new Command("linear-probe", "Trains a linear classifier on the embeddings of the training split and measures it on the rest.") { pack, data, penalty, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var pictures = await LabelledPictures.OpenAsync(parsed.GetRequiredValue(pack), parsed.GetRequiredValue(data), Enum.GetValues<Split>(), cancellationToken);
            var train = pictures.Pictures.Where(p => p.Split == Split.Train).ToArray();
            var rest = pictures.Pictures.Where(p => p.Split != Split.Train).ToArray();
            if (train.Length == 0 || rest.Length == 0)
            {
                throw new MeshException(ErrorReason.InvalidRequest, $"{parsed.GetValue(data)} has {train.Length} pictures to train on and {rest.Length} to measure with; both are needed.");
            }

            var probe = LinearProbe.Fit([.. train.Select(p => p.Embedding)], [.. train.Select(p => p.Class)], pictures.Classes.Count, parsed.GetValue(penalty));
            var confusion = new Confusion(pictures.Classes);
            foreach (var picture in rest)
            {
                confusion.Add(picture.Class, probe.Classify(picture.Embedding));
            }

            await ZeroShotCommand.PrintAsync(confusion, "linear-probe", pictures, parsed.GetValue(json), cancellationToken);
        });
        return command;
    }
}
