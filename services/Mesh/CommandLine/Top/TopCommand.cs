using System.CommandLine;
using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.Mesh.Client;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace MultiModalMesh.Mesh.CommandLine.Top;

/// <summary><c>mesh top</c>: members, workers and models of a running mesh, and how busy they are, again every second.</summary>
internal static class TopCommand
{
    // Wide enough for all columns where no terminal has a width of its own.
    private const int PlainWidth = 160;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        var once = new Option<bool>("--once") { Description = "Print the tables once. This is what happens, too, where the output is no terminal." };
        var connection = new ConnectionOptions();
        var command = new Command("top", "Watch a running mesh: its members, workers and models, and how busy they are.")
        {
            connection.Url, connection.ApiKey, connection.Data, once, connection.Json,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            await using var mesh = connection.ConnectToRunning(result);
            if (result.GetValue(connection.Json))
            {
                Console.WriteLine(JsonSerializer.Serialize(await mesh.Client.GetSystemAsync(cancellationToken), JsonSerializerOptions.Web));
                return 0;
            }

            var system = Read(await mesh.Client.GetSystemAsync(cancellationToken));
            if (result.GetValue(once) || Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Ansi)
            {
                AnsiConsole.Profile.Width = Console.IsOutputRedirected ? PlainWidth : AnsiConsole.Profile.Width;
                AnsiConsole.Write(SystemTables.Of(system, TimeProvider.System.GetUtcNow()));
                return 0;
            }

            await WatchAsync(mesh.Client, system, cancellationToken);
            return 0;
        });
        return command;
    }

    /// <summary>Until it is called off, which is how it ends and no failure. A mesh that does not answer for a while is told of beside what was last seen.</summary>
    private static Task WatchAsync(MeshClient client, SystemAnswer system, CancellationToken cancellationToken) =>
        AnsiConsole.Live(SystemTables.Of(system, TimeProvider.System.GetUtcNow())).Overflow(VerticalOverflow.Ellipsis).StartAsync(async display =>
        {
            using var timer = new PeriodicTimer(Interval);
            try
            {
                while (await timer.WaitForNextTickAsync(cancellationToken))
                {
                    IRenderable note = new Markup("Ctrl+C ends.", new Style(Color.Grey));
                    try
                    {
                        system = Read(await client.GetSystemAsync(cancellationToken));
                    }
                    catch (MeshException failure)
                    {
                        note = new Markup(failure.Message.EscapeMarkup(), new Style(Color.Red));
                    }

                    display.UpdateTarget(new Rows(SystemTables.Of(system, TimeProvider.System.GetUtcNow()), note));
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
            }
        });

    private static SystemAnswer Read(JsonElement system) => system.Deserialize<SystemAnswer>(JsonSerializerOptions.Web)!;
}
