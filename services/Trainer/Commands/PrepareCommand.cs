using System.CommandLine;
using System.Text;
using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Trainer.Evaluation;

namespace MultiModalMesh.Trainer.Commands;

/// <summary><c>prepare</c>: a small data set to try training on, a folder of pictures and a CSV as people have them.</summary>
internal static class PrepareCommand
{
    // Groups of the kinds, and what a shop would call their shelves: words that picto has never read.
    private static readonly (string Group, string Shelf)[] Shelves =
        [("animal", "pet corner"), ("fruit", "greengrocer"), ("vehicle", "garage"), ("tool", "workshop"), ("clothing", "wardrobe"), ("office", "stationery")];

    private const int Side = 96;

    public static Command Create()
    {
        var folder = new Option<string>("--out") { Description = "Folder of the data set.", Required = true };
        var kinds = new Option<int>("--kinds") { Description = "Kinds of things on each shelf.", DefaultValueFactory = _ => 4 };
        var train = new Option<int>("--train") { Description = "Pictures of each kind to train on.", DefaultValueFactory = _ => 3 };
        var validation = new Option<int>("--validation") { Description = "Pictures of each kind to validate on.", DefaultValueFactory = _ => 1 };
        var command = new Command("prepare", "Draws a small data set: things of a shop with the shelves they belong on (captions.csv, and a folder for each shelf).") { folder, kinds, train, validation };
        command.SetAction(parsed => Write(parsed.GetRequiredValue(folder), parsed.GetValue(kinds), parsed.GetValue(train), parsed.GetValue(validation)));
        return command;
    }

    private static void Write(string folder, int kinds, int train, int validation)
    {
        Directory.CreateDirectory(folder);
        var art = Workspace.LoadArt(Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "mesh-trainer-art")).FullName);
        var scenes = new SampleSource(art, Split.Validation, StyleSet.HeldOut);
        var wanted = Shelves
            .SelectMany(s => art.Kinds.Where(k => k.Group == s.Group).Take(kinds).Select(k => (Kind: k, s.Shelf)))
            .ToDictionary(w => w.Kind.Id, w => (w.Kind, w.Shelf, Left: train + validation));
        var table = new StringBuilder("image,caption,question,answer,split\n");
        for (var index = 0L; wanted.Values.Any(w => w.Left > 0); index++)
        {
            var sample = scenes.CreateSingleObject(index);
            var kind = sample.Scene.Objects[0].Kind;
            if (!wanted.TryGetValue(kind, out var item) || item.Left == 0)
            {
                continue;
            }

            wanted[kind] = item with { Left = item.Left - 1 };
            var name = $"{item.Kind.Singular.Replace(' ', '-')}-{item.Left}.png";
            var split = item.Left > train ? "validation" : "train";
            foreach (var path in (string[])[Path.Combine("pictures", name), Path.Combine("shelves", split, item.Shelf, name)])
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, path))!);
                File.WriteAllBytes(Path.Combine(folder, path), PngFile.Write(sample.Pixels, Side));
            }

            table.Append(null, $"pictures/{name},\"{Capital(item.Kind.WithArticle)}, from the {item.Shelf}.\",Which shelf does it belong on?,The {item.Shelf}.,{split}\n");
        }

        File.WriteAllText(Path.Combine(folder, "captions.csv"), table.ToString());
        Console.WriteLine($"{folder}: {wanted.Count} kinds of things, {wanted.Count * train} pictures to train on, {wanted.Count * validation} to validate on.");
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
