using System.CommandLine;
using MultiModalMesh.Errors;
using MultiModalMesh.Mesh.CommandLine.Collections;
using MultiModalMesh.Mesh.CommandLine.Data;
using MultiModalMesh.Mesh.CommandLine.Eval;
using MultiModalMesh.Mesh.CommandLine.Indexing;
using MultiModalMesh.Mesh.CommandLine.Jobs;
using MultiModalMesh.Mesh.CommandLine.Models;
using MultiModalMesh.Mesh.CommandLine.Rate;
using MultiModalMesh.Mesh.CommandLine.Top;
using MultiModalMesh.ServiceDefaults.Endpoints;
using Spectre.Console;

namespace MultiModalMesh.Mesh.CommandLine;

/// <summary>The program's commands. Without a command it serves.</summary>
public static class MeshCommandLine
{
    /// <returns>The exit code: 0 when all went well, 1 when the work failed, 2 when the arguments are wrong.</returns>
    public static async Task<int> InvokeAsync(string[] args)
    {
        var serve = ServeCommand.Create();
        var root = new RootCommand(
            "MultiModalMesh: an assistant that sees, on your own machine. Without a command it serves; "
            + "every other command works against a running server or starts one for the time it needs.")
        {
            serve,
            DescribeCommand.Create(),
            AskCommand.Create(),
            IndexCommand.Create(),
            SearchCommand.Create(),
            JobsCommand.Create(),
            CollectionsCommand.Create(),
            ModelsCommand.Create(),
            DataCommand.Create(),
            EvalCommand.Create(),
            RateCommand.Create(),
            ClusterCommand.Create(),
            TopCommand.Create(),
        };
        ServeCommand.AddTo(root);

        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync(error.Message);
            }

            await Console.Error.WriteLineAsync("Run with --help to see the commands and their options.");
            return 2;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,

                // Roles stop in good order: running calls end, the silo says goodbye. Longer than the longest Worker:DrainTimeout, so that the host's own limit decides.
                ProcessTerminationTimeout = TimeSpan.FromMinutes(6),
            });
        }
        catch (MeshException failure)
        {
            // One sentence for a person; the reason's code for whoever searches the documentation.
            await Console.Error.WriteLineAsync($"{failure.Message} ({failure.Reason.Code})");
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
        catch (Exception failure) when (ServiceRunner.Explain(failure) is { } sentence)
        {
            await Console.Error.WriteLineAsync(sentence);
            return 1;
        }
    }

    /// <summary>Text for people goes through Spectre; colours and progress vanish by themselves when the output is a file.</summary>
    internal static IAnsiConsole ErrorConsole { get; } =
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
}
