using System.CommandLine;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Trainer.Commands;

/// <summary>The commands, and how their failures are told.</summary>
internal static class TrainerCommandLine
{
    private const int Failed = 1, Refused = 2;

    // These run without the tensor library.
    private static readonly string[] WithoutTensors = ["prepare", "zero-shot", "linear-probe", "report", "robustness"];

    public static async Task<int> InvokeAsync(string[] args)
    {
        var root = new RootCommand("Trains and fine-tunes models that MultiModalMesh serves; docs/training.md leads through it.")
        {
            RunCommand.Create(), ReportCommand.Create(), ExportCommand.Create(), EvaluateCommand.Create(), ZeroShotCommand.Create(), LinearProbeCommand.Create(), PrepareCommand.Create(), RobustnessCommand.Create(), TrainCommand.Create(),
        };
        var parsed = root.Parse(args);
        if (NeedsTensors(args) && parsed.Errors.Count == 0 && NativeRuntime.WhatIsMissing() is { } missing)
        {
            await Console.Error.WriteLineAsync(missing);
            return Refused;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (MeshException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return e.Reason.Category == ErrorCategory.InvalidArgument ? Refused : Failed;
        }
        catch (OperationCanceledException)
        {
            return Failed;
        }
    }

    private static bool NeedsTensors(string[] args) =>
        args is [var command, ..] && !command.StartsWith('-') && !WithoutTensors.Contains(command) && !args.Any(a => a is "-h" or "--help" or "--check");
}
