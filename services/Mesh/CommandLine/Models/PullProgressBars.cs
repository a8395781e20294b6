using MultiModalMesh.ModelHub;
using MultiModalMesh.ModelHub.Hub;
using Spectre.Console;

namespace MultiModalMesh.Mesh.CommandLine.Models;

/// <summary>One bar for every file, on the error stream, so that the result can be piped.</summary>
internal static class PullProgressBars
{
    public static Task<PullResult> RunAsync(PullPlan plan, Func<IProgress<PullProgress>, Task<PullResult>> pull) => MeshCommandLine.ErrorConsole.Progress()
        .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn())
        .StartAsync(context => pull(new Bars(context, plan)));

    private sealed class Bars(ProgressContext context, PullPlan plan) : IProgress<PullProgress>
    {
        private readonly Dictionary<string, ProgressTask> _tasks = plan.Selection.Files.ToDictionary(
            file => file.Path, file => context.AddTask(file.Path.EscapeMarkup(), new ProgressTaskSettings { MaxValue = Math.Max(1, file.Bytes) }));

        public void Report(PullProgress value)
        {
            var task = _tasks[value.File.Path];
            task.Value = value.File.Bytes == 0 ? 1 : value.BytesDone;
            task.Description = value.Interruption is { } why ? $"{value.File.Path.EscapeMarkup()} [yellow]({why.EscapeMarkup()})[/]" : value.File.Path.EscapeMarkup();
        }
    }
}
