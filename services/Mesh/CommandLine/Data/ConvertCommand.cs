using System.CommandLine;
using MultiModalMesh.Datasets.Examples;
using MultiModalMesh.Datasets.Shards;

namespace MultiModalMesh.Mesh.CommandLine.Data;

/// <summary><c>mesh data convert DIR --out DIR</c>: writes WebDataset shards.</summary>
internal static class ConvertCommand
{
    public static Command Create()
    {
        var dataset = new DatasetArguments();
        var output = new Option<DirectoryInfo>("--out") { Description = "New folder for the shards.", Required = true };
        var size = new Option<int>("--shard-size") { Description = "Examples in a shard.", DefaultValueFactory = _ => 1_000 };
        var seed = new Option<long?>("--shuffle") { Description = "Seed of the order; without it, the order of the files." };
        var json = new Option<bool>("--json") { Description = "Print JSON for programs instead of text for people." };
        size.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError("--shard-size is at least 1.");
            }
        });
        var command = new Command("convert", "Write a data set as WebDataset shards: pictures as they are, everything said about them as JSON.") { output, size, seed, json };
        dataset.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            using var opened = await dataset.OpenAsync(result, cancellationToken);
            var folder = result.GetRequiredValue(output).FullName;
            var conversion = await Progressing.RunAsync("Writing", Enum.GetValues<Split>().Sum(opened.Count), progress => Conversion.RunAsync(
                opened, folder, result.GetValue(size), result.GetValue(seed), dataset.Policy(result), progress, cancellationToken));
            if (result.GetValue(json))
            {
                Console.WriteLine(DataJson.Of(new { conversion.Examples, conversion.Shards, problems = opened.Problems(1_000).Concat(conversion.Problems) }));
            }
            else
            {
                foreach (var problem in opened.Problems(20).Concat(conversion.Problems).Take(20))
                {
                    await Console.Error.WriteLineAsync(problem.ToString());
                }

                var left = opened.ProblemCount + conversion.Problems.Count;
                Console.WriteLine($"{conversion.Examples} examples, {conversion.Shards.Count} shards in {folder}{(left > 0 ? $"; {left} records were left out" : "")}.");
            }

            return 0;
        });
        return command;
    }
}
