using Spectre.Console;

namespace MultiModalMesh.Mesh.CommandLine.Data;

/// <summary>A bar on the error stream, so that the output can be piped.</summary>
internal static class Progressing
{
    public static Task<T> RunAsync<T>(string what, long total, Func<IProgress<long>, Task<T>> work) => MeshCommandLine.ErrorConsole.Progress()
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
        .StartAsync(async progress =>
        {
            var task = progress.AddTask(what, maxValue: Math.Max(1, total));
            return await work(new Bar(task));
        });

    /// <summary>Unlike <see cref="Progress{T}"/> it is told at once and in order.</summary>
    private sealed class Bar(ProgressTask task) : IProgress<long>
    {
        public void Report(long value) => task.Value = value;
    }
}
