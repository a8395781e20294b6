using System.CommandLine;
using MultiModalMesh.Mesh.Client;

namespace MultiModalMesh.Mesh.CommandLine;

/// <summary>The options of every command that talks to a mesh: a server's address, or the folder of one to start.</summary>
internal sealed class ConnectionOptions
{
    public Option<Uri?> Url { get; } = AddressOption("--url", "Address of a running server, such as http://localhost:8080. Default: the one that serves the data folder, else one is started for this command.");

    public Option<string?> ApiKey { get; } = new("--api-key") { Description = "Key for a server that asks for one. Default: the environment variable MESH_API_KEY." };

    public Option<DirectoryInfo?> Data { get; } = new("--data") { Description = "Folder of dialogues, pictures and collections." };

    public Option<string?> Model { get; } = new("--model") { Description = "Name of the model pack. Default: the server's choice." };

    public Option<bool> Json { get; } = new("--json") { Description = "Print JSON for programs instead of text for people." };

    public void AddTo(Command command)
    {
        command.Add(Url);
        command.Add(ApiKey);
        command.Add(Data);
        command.Add(Model);
        command.Add(Json);
    }

    /// <summary>Connects to the server that the options name, or starts one that lives as long as the returned connection.</summary>
    /// <param name="address">Goes before <c>--url</c>.</param>
    public Task<MeshConnection> ConnectAsync(ParseResult result, CancellationToken cancellationToken, Uri? address = null) =>
        MeshConnection.OpenAsync(
            address ?? result.GetValue(Url),
            KeyOf(result),
            result.GetValue(Data)?.FullName,
            cancellationToken);

    /// <summary>Connects to the server that the options name, or to the one that serves the data folder.</summary>
    public MeshConnection ConnectToRunning(ParseResult result) =>
        MeshConnection.ToRunning(result.GetValue(Url), KeyOf(result), result.GetValue(Data)?.FullName);

    public string? KeyOf(ParseResult result) => result.GetValue(ApiKey) ?? Environment.GetEnvironmentVariable("MESH_API_KEY");

    public static Option<Uri?> AddressOption(string name, string about) => new(name)
    {
        Description = about,
        CustomParser = result => Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : Refuse(result, name),
    };

    private static Uri? Refuse(System.CommandLine.Parsing.ArgumentResult result, string name)
    {
        result.AddError($"{name} takes an address such as http://localhost:8080, not '{result.Tokens[0].Value}'.");
        return null;
    }
}
