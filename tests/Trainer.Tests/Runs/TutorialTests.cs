using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MultiModalMesh.Trainer.Tests.Runs;

/// <summary>Runs every command of docs/training.md as it is written, from a folder that looks like the top of the repository.</summary>
public sealed partial class TutorialTests(TrainerProgram trainer) : IClassFixture<TrainerProgram>
{
    private static readonly string Configuration = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";

    [Fact]
    public async Task Every_command_does_what_the_tutorial_says()
    {
        trainer.Need();
        using var folder = new TemporaryFolder();
        Prepare(folder.Path);
        var commands = string.Join('\n', Blocks().Matches(await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs/training.md"), TestContext.Current.CancellationToken)).Select(m => m.Groups[1].Value));

        // Aliases are not expanded in a script: the programs of that name in bin, which are built already, come in their place.
        var script = $"set -euo pipefail\nexport PATH=$PWD/bin:$PATH TRAINER_BUILD=0\n{commands}"
            .Replace("8090", $"{Ports.Free()}", StringComparison.Ordinal).Replace("8091", $"{Ports.Free()}", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "tutorial.sh"), script, TestContext.Current.CancellationToken);
        using var bash = Process.Start(new ProcessStartInfo("bash", ["tutorial.sh"]) { WorkingDirectory = folder.Path, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = bash.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = bash.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await bash.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(bash.ExitCode == 0, $"{await output}\n{await errors}");

        Assert.Contains("from the greengrocer", await output, StringComparison.Ordinal);
        Assert.True(new FileInfo(Path.Combine(folder.Path, "runs/shop/report.html")).Length > 10_000);
        var figures = await File.ReadAllLinesAsync(Path.Combine(folder.Path, "runs/shop/evaluations.csv"), TestContext.Current.CancellationToken);
        var answers = figures.Select(l => l.Split(',')).Where(l => l[1] == "answers_right").Select(l => double.Parse(l[2], System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        Assert.True(answers[0] < 0.1 && answers[^1] > 0.6, $"Answers right: {string.Join(" ", answers)}");
        Assert.True(Accuracy("after.json") > Accuracy("before.json"));

        double Accuracy(string file)
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder.Path, file)));
            return json.RootElement.GetProperty("accuracy").GetDouble();
        }
    }

    private static void Prepare(string folder)
    {
        foreach (var name in (string[])["services", "deploy"])
        {
            Directory.CreateSymbolicLink(Path.Combine(folder, name), Path.Combine(Repository.Root, name));
        }

        Program("trainer", $"exec services/Trainer/run.sh \"$@\"");
        Program("mesh", $"exec dotnet {Repository.Root}/services/Mesh/bin/{Configuration}/net10.0/MultiModalMesh.Mesh.dll \"$@\"");

        void Program(string name, string command)
        {
            var path = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "bin")).FullName, name);
            File.WriteAllText(path, $"#!/bin/sh\n{command}\n");
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
    }

    [GeneratedRegex("```bash\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
