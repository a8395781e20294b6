using System.CommandLine;
using MultiModalMesh.Datasets;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Order;
using MultiModalMesh.Datasets.Reports;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Mesh.CommandLine.Data;

/// <summary><c>mesh data preview DIR</c>: a page with pictures and what is said about them.</summary>
internal static class PreviewCommand
{
    public static Command Create()
    {
        var dataset = new DatasetArguments();
        var output = new Option<FileInfo>("--out") { Description = "The HTML page; it needs nothing beside it.", DefaultValueFactory = _ => new FileInfo("preview.html") };
        var count = new Option<int>("--count") { Description = "Examples to show.", DefaultValueFactory = _ => 48 };
        var split = new Option<Split?>("--split") { Description = "Of this split only: train, validation or test." };
        var seed = new Option<long>("--seed") { Description = "Another seed shows other examples." };
        var command = new Command("preview", "Write an HTML contact sheet: pictures with boxes, captions, questions and answers.") { output, count, split, seed };
        dataset.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var opened = await dataset.OpenAsync(result, cancellationToken);
            using var pictures = new PictureCheck();
            var splits = result.GetValue(split) is { } one ? [one] : Enum.GetValues<Split>().Where(s => opened.Count(s) > 0).ToArray();
            var total = splits.Sum(opened.Count);
            if (total == 0)
            {
                throw new MeshException(ErrorReason.DatasetInvalid, $"{opened.Path} has no examples{(splits is [var empty] ? $" of the split '{empty.ToString().ToLowerInvariant()}'" : "")}.");
            }

            var shown = Math.Min(result.GetValue(count), total);
            var shuffle = new Shuffle(total, result.GetValue(seed), 0);
            var cards = new List<(Example, Thumbnail?, string?)>();
            for (var i = 0L; i < shown; i++)
            {
                cards.Add(await CardAsync(await ReadAsync(opened, splits, shuffle[i], cancellationToken), pictures, cancellationToken));
            }

            var path = result.GetRequiredValue(output).FullName;
            await File.WriteAllTextAsync(path, ContactSheet.Of($"{opened.Format}: {shown} of {total} examples of {Path.GetFileName(opened.Path)}", cards), cancellationToken);
            Console.WriteLine($"{shown} of {total} examples are in {path}.");
            return 0;
        });
        return command;
    }

    /// <summary>Splits one after the other.</summary>
    private static Task<Example> ReadAsync(Dataset dataset, Split[] splits, long at, CancellationToken cancellationToken)
    {
        foreach (var split in splits)
        {
            if (at < dataset.Count(split))
            {
                return dataset.ReadAsync(split, at, cancellationToken);
            }

            at -= dataset.Count(split);
        }

        throw new ArgumentOutOfRangeException(nameof(at));
    }

    private static async Task<(Example, Thumbnail?, string?)> CardAsync(Example example, PictureCheck pictures, CancellationToken cancellationToken)
    {
        try
        {
            return (example, example.Picture is null ? null : await pictures.MakeAsync(example.Picture, cancellationToken), null);
        }
        catch (MeshException e)
        {
            return (example, null, e.Message);
        }
    }
}
