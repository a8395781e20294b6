using System.CommandLine;
using System.Globalization;
using System.Numerics.Tensors;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Errors;
using MultiModalMesh.Trainer.Classification;

namespace MultiModalMesh.Trainer.Commands;

/// <summary><c>zero-shot</c>: classifies pictures by the names of the classes alone.</summary>
internal static class ZeroShotCommand
{
    public static Command Create()
    {
        var pack = new Option<string>("--pack") { Description = "Folder of a model pack that embeds pictures and texts.", Required = true };
        var data = new Option<string>("--data") { Description = "Labelled data set: a folder for each class, or a table with labels.", Required = true };
        var templates = new Option<string[]>("--template") { Description = "Sentence around a class name, {0}; may be repeated, the embeddings are averaged.", DefaultValueFactory = _ => ["{0}", "a picture of {0}"] };
        var splits = new Option<Split[]>("--split") { Description = "Splits to classify; all where none is named.", DefaultValueFactory = _ => Enum.GetValues<Split>() };
        var json = new Option<string?>("--json") { Description = "Writes accuracy and confusion to this file." };
        var command = new Command("zero-shot", "Classifies labelled pictures by the names of the classes, without training (Radford et al. 2021).") { pack, data, templates, splits, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var pictures = await LabelledPictures.OpenAsync(parsed.GetRequiredValue(pack), parsed.GetRequiredValue(data), parsed.GetValue(splits)!, cancellationToken);
            var classes = await ClassesAsync(pictures, parsed.GetValue(templates)!, cancellationToken);
            var confusion = new Confusion(pictures.Classes);
            foreach (var picture in pictures.Pictures)
            {
                confusion.Add(picture.Class, TensorPrimitives.IndexOfMax([.. classes.Select(c => TensorPrimitives.Dot(c, picture.Embedding))]));
            }

            await PrintAsync(confusion, "zero-shot", pictures, parsed.GetValue(json), cancellationToken);
        });
        return command;
    }

    public static async Task PrintAsync(Confusion confusion, string method, LabelledPictures pictures, string? file, CancellationToken cancellationToken)
    {
        Console.Write($"{method} with {pictures.Pack.Pack.Id}: {confusion.ToText()}");
        if (file is not null)
        {
            await File.WriteAllTextAsync(file, confusion.ToJson(method, pictures.Pack.Pack.Id) + "\n", cancellationToken);
        }
    }

    private static async Task<float[][]> ClassesAsync(LabelledPictures pictures, string[] templates, CancellationToken cancellationToken)
    {
        if (templates.FirstOrDefault(t => !t.Contains("{0}", StringComparison.Ordinal)) is { } bad)
        {
            throw new MeshException(ErrorReason.InvalidRequest, $"--template: '{bad}' has no place for the class; write {{0}} there.") { Field = "template" };
        }

        var encoder = pictures.Pack.RequireTextEncoder();
        return await Task.WhenAll(pictures.Classes.Select(async name =>
        {
            var texts = await Task.WhenAll(templates.Select(t => encoder.EncodeAsync(string.Format(CultureInfo.InvariantCulture, t, name.Replace('_', ' ')), cancellationToken)));
            var mean = new float[texts[0].Embedding.Length];
            foreach (var text in texts)
            {
                TensorPrimitives.Add(mean, text.Embedding, mean);
            }

            TensorPrimitives.Divide(mean, TensorPrimitives.Norm<float>(mean), mean);
            return mean;
        }));
    }
}
