using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using MultiModalMesh.Mesh.Packs;

namespace MultiModalMesh.Mesh.CommandLine.Models;

/// <summary>The options of the commands that work on packs on this machine: the same folders as <c>serve</c> takes.</summary>
internal sealed class ShelfOptions
{
    /// <summary>How these commands write JSON.</summary>
    public static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) } };

    public Option<DirectoryInfo?> Data { get; } = new("--data") { Description = "Data folder, as given to serve; pulled packs lie in its folder models." };

    public Option<DirectoryInfo[]> Models { get; } = new("--models") { Description = "Folder whose sub-folders are model packs, as given to serve. May be repeated." };

    public Option<bool> Json { get; } = new("--json") { Description = "Print JSON for programs instead of text for people." };

    public void AddTo(Command command)
    {
        command.Add(Data);
        command.Add(Models);
        command.Add(Json);
    }

    public PackShelf Open(ParseResult result) =>
        PackShelf.Open(result.GetValue(Data)?.FullName, [.. (result.GetValue(Models) ?? []).Select(folder => folder.FullName)]);

    public bool Prints(ParseResult result, object value)
    {
        if (result.GetValue(Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(value, Format));
        }

        return result.GetValue(Json);
    }
}
