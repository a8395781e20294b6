using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Templates;

namespace MultiModalMesh.Inference.Packs.Published;

/// <summary>Finds the chat template of a published pack: in a file of its own, or in the tokenizer's configuration.</summary>
internal static class PackTemplate
{
    private const string Field = "chat_template";
    private const string Default = "default";

    // A file that holds nothing else was written by newer tools and wins, as in the reference.
    private const string JinjaFile = "chat_template.jinja";
    private static readonly string[] JsonFiles = ["chat_template.json", "processor_config.json", "tokenizer_config.json"];
    private const long LongestTemplate = 1 << 20;

    /// <summary>Null for a pack without.</summary>
    /// <exception cref="MeshException">PackInvalid: there is one, but it cannot be read or uses what is not supported.</exception>
    public static ChatTemplate? Find(PublishedFolder folder)
    {
        var path = folder.FilePath(JinjaFile);
        if (File.Exists(path))
        {
            return new FileInfo(path).Length <= LongestTemplate
                ? ChatTemplate.Parse(File.ReadAllText(path), path, TimeProvider.System)
                : throw new MeshException(ErrorReason.PackInvalid, $"{path}: has more than {LongestTemplate} bytes.");
        }

        foreach (var name in JsonFiles)
        {
            if (folder.Optional(name) is { } file && Text(file) is { } source)
            {
                return ChatTemplate.Parse(source, $"{file.Path}: {Field}", TimeProvider.System);
            }
        }

        return null;
    }

    private static string? Text(JsonFile file) => file.Optional(Field) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        { ValueKind: JsonValueKind.Array } => Named(file),
        _ => throw file.Invalid(Field, "is neither a template nor a list of named ones"),
    };

    private static string Named(JsonFile file)
    {
        var templates = file.Children(Field);
        var chosen = templates.FirstOrDefault(template => template.Text("name") == Default) ?? (templates.Count == 1 ? templates[0] : null);
        return chosen?.Text("template") ?? throw file.Invalid(Field, $"has several templates and none is named '{Default}'");
    }
}
