using System.CommandLine;
using MultiModalMesh.Datasets;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Mesh.CommandLine.Data;

/// <summary>How the commands are told which data set, and how to read it.</summary>
internal sealed class DatasetArguments
{
    public Argument<FileSystemInfo> Path { get; } = new("dataset") { Description = "Folder of a data set, or its annotation file." };

    public Option<OnError> OnError { get; } = new("--on-error") { Description = "stop: the first bad record ends the work. skip: it is left out and reported." };

    public Option<DirectoryInfo?> Images { get; } = new("--images") { Description = "Folder of the pictures, where they are neither in nor beside the data set." };

    public Option<string[]> Columns { get; } = new("--column")
    {
        Description = "Which field of your own table holds what: image, caption, question, answer, label, id, split or turns, as in caption=Beschreibung. May be repeated.",
    };

    public Option<double> ValidationShare { get; } = Share("--validation-share", "validation");

    public Option<double> TestShare { get; } = Share("--test-share", "test");

    public Option<long> SplitSeed { get; } = new("--split-seed") { Description = "Another seed chooses other examples for these shares." };

    public void AddTo(Command command)
    {
        command.Add(Path);
        foreach (var option in new Option[] { OnError, Images, Columns, ValidationShare, TestShare, SplitSeed })
        {
            command.Add(option);
        }
    }

    public OnError Policy(ParseResult result) => result.GetValue(OnError);

    public Task<Dataset> OpenAsync(ParseResult result, CancellationToken cancellationToken) => Dataset.OpenAsync(
        result.GetRequiredValue(Path).FullName,
        new DatasetOptions
        {
            OnError = Policy(result),
            Pictures = result.GetValue(Images)?.FullName,
            Columns = (result.GetValue(Columns) ?? []).Select(Pair).ToDictionary(StringComparer.Ordinal),
            ValidationShare = result.GetValue(ValidationShare),
            TestShare = result.GetValue(TestShare),
            SplitSeed = result.GetValue(SplitSeed),
        },
        cancellationToken);

    private static (string Meaning, string Name) Pair(string column) => column.Split('=', 2) is [var meaning, { Length: > 0 } name] && DatasetOptions.Meanings.Contains(meaning)
        ? (meaning, name)
        : throw new MeshException(ErrorReason.InvalidRequest, $"--column {column}: write MEANING=NAME, where the meaning is one of {string.Join(", ", DatasetOptions.Meanings)}.") { Field = "column" };

    private static Option<double> Share(string name, string split)
    {
        var option = new Option<double>(name) { Description = $"Share of the examples for {split}, where the data set has no splits of its own.", DefaultValueFactory = _ => 0.05 };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0 and < 1))
            {
                result.AddError($"{name} is a share from 0 to below 1.");
            }
        });
        return option;
    }
}
