using System.CommandLine;
using MultiModalMesh.Mesh.Hosting;

namespace MultiModalMesh.Mesh.CommandLine;

/// <summary><c>mesh serve</c>, and what the program does without a command: every role in one process, until it is stopped.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var command = new Command("serve", "Serve the assistant: web console, HTTP and gRPC. This is the default.");
        AddTo(command);
        return command;
    }

    public static void AddTo(Command command)
    {
        var httpPort = new Option<int?>("--http-port") { Description = "HTTP port; 0 picks a free one. Default 8080." };
        var grpcPort = new Option<int?>("--grpc-port") { Description = "gRPC port (h2c); 0 picks a free one. Default 8081." };
        var address = new Option<string?>("--address") { Description = "Address to listen on. Default: loopback; another needs API keys or --insecure." };
        var insecure = new Option<bool>("--insecure") { Description = "Listen beyond this machine without API keys: whoever reaches the port may use it." };
        var data = new Option<DirectoryInfo?>("--data") { Description = "Folder of dialogues, pictures and collections. Default: the user's local application data." };
        var models = new Option<DirectoryInfo[]>("--models") { Description = "Folder whose sub-folders are model packs. May be repeated." };
        foreach (var port in (Option<int?>[])[httpPort, grpcPort])
        {
            port.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<int?>() is < 0 or > 65535)
                {
                    result.AddError($"{port.Name} takes 0 to 65535, not {result.GetValueOrDefault<int?>()}.");
                }
            });
        }

        foreach (var option in (Option[])[httpPort, grpcPort, address, insecure, data, models])
        {
            command.Add(option);
        }

        command.SetAction(async (result, cancellationToken) =>
        {
            var settings = new MeshSettings
            {
                HttpPort = result.GetValue(httpPort),
                GrpcPort = result.GetValue(grpcPort),
                Address = result.GetValue(address),
                Insecure = result.GetValue(insecure),
                DataFolder = result.GetValue(data)?.FullName,
                ModelFolders = [.. (result.GetValue(models) ?? []).Select(folder => folder.FullName)],
            };
            await using var host = await MeshHost.StartAsync(settings, cancellationToken);
            Console.WriteLine($"MultiModalMesh is ready: {host.HttpAddress.GetLeftPart(UriPartial.Authority)}  (gRPC {host.GrpcAddress.Authority}, API {host.HttpAddress.GetLeftPart(UriPartial.Authority)}/docs)");
            Console.WriteLine($"Dialogues and pictures: {host.DataFolder}. Ctrl+C stops.");
            await host.WaitForShutdownAsync(cancellationToken);
            return 0;
        });
    }
}
