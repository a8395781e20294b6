using System.CommandLine;
using MultiModalMesh.Errors;
using MultiModalMesh.Evaluation.Items;
using MultiModalMesh.Evaluation.ModelRuns;
using MultiModalMesh.Evaluation.Rating;
using MultiModalMesh.Mesh.Rating;

namespace MultiModalMesh.Mesh.CommandLine.Rate;

/// <summary><c>mesh rate</c>: a page on which people compare two runs' answers without knowing whose they are.</summary>
internal static class RateCommand
{
    public static Command Create()
    {
        var a = new Option<FileInfo?>("--a") { Description = "Answers of one run: a run file, or COCO's or VQA's results." };
        var b = new Option<FileInfo?>("--b") { Description = "Answers of the other." };
        var images = new Option<DirectoryInfo?>("--images") { Description = "Folder of the pictures." };
        var ratings = new Option<FileInfo?>("--ratings") { Description = "Where ratings are appended; rating goes on from what is there." };
        var port = new Option<int>("--port") { Description = "Of the page, on this machine only; 0 picks a free one.", DefaultValueFactory = _ => 0 };
        var seed = new Option<int>("--seed") { Description = "Of every rater's order and sides. Keep it while rating goes on.", DefaultValueFactory = _ => 1 };
        port.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var number and (< 0 or > 65535))
            {
                result.AddError($"--port takes 0 to 65535, not {number}.");
            }
        });
        var command = new Command("rate", "Open a page on which people choose the better of two answers, blinded and shuffled.") { a, b, images, ratings, port, seed, RateReportCommand.Create() };
        command.SetAction(async (result, cancellationToken) =>
        {
            var (runA, runB) = (Require(result, a), Require(result, b));
            var pairs = Pairs(runA, runB, result.GetValue(images) is { } folder ? new PictureFolder(folder.FullName) : null);
            using var file = RatingFile.Open(Require(result, ratings));
            var (nameA, nameB) = Names(runA, runB);
            var session = new RatingSession(new BlindedPairs(pairs, result.GetValue(seed)), file, nameA, nameB, TimeProvider.System);
            await using var server = await RatingServer.StartAsync(session, result.GetValue(port), cancellationToken);
            Console.WriteLine($"Rate {pairs.Count} pairs: {server.Address}");
            Console.WriteLine($"Ratings go to '{file.Path}'. Ctrl+C stops.");
            await server.WaitForShutdownAsync(cancellationToken);
            return 0;
        });
        return command;
    }

    private static string Require(ParseResult result, Option<FileInfo?> option) => result.GetValue(option)?.FullName
        ?? throw new MeshException(ErrorReason.InvalidRequest, $"rate needs {option.Name}: {option.Description}") { Field = option.Name[2..] };

    /// <summary>What both runs answered, in the order of the first.</summary>
    private static List<AnswerPair> Pairs(string pathA, string pathB, PictureFolder? pictures)
    {
        var (a, b) = (RunReader.Read(pathA), RunReader.Read(pathB));
        List<AnswerPair> pairs =
        [
            .. a.Values
                .Where(prediction => Text(prediction) is not null && b.TryGetValue(prediction.Key, out var other) && Text(other) is not null)
                .Select(prediction => new AnswerPair(
                    prediction.Id, prediction.Question, Text(prediction)!, Text(b[prediction.Key])!, pictures?.Find(prediction.Picture ?? b[prediction.Key].Picture, prediction.Id))),
        ];
        return pairs.Count > 0
            ? pairs
            : throw new MeshException(ErrorReason.EvaluationCandidateMissing, $"'{pathA}' and '{pathB}' have no answer to the same id.");
    }

    private static string? Text(Prediction prediction) => prediction.Answer ?? (prediction.Answers is { } turns ? string.Join('\n', turns) : null);

    /// <summary>File names without what they share.</summary>
    private static (string A, string B) Names(string a, string b)
    {
        var names = (A: Path.GetFileNameWithoutExtension(a), B: Path.GetFileNameWithoutExtension(b));
        if (names.A == names.B)
        {
            names = ($"{Path.GetFileName(Path.GetDirectoryName(a))}/{names.A}", $"{Path.GetFileName(Path.GetDirectoryName(b))}/{names.B}");
        }

        return names.A != names.B
            ? names
            : throw new MeshException(ErrorReason.InvalidRequest, $"--a and --b are both called '{names.A}'; ratings need a name for each. Rename one file.") { Field = "b" };
    }
}
