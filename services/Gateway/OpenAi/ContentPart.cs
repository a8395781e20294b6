using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.Gateway.Images;
using MultiModalMesh.Images;

namespace MultiModalMesh.Gateway.OpenAi;

/// <summary>A piece of a message or of an embedding's input: <c>{"type":"text",…}</c> or <c>{"type":"image_url",…}</c>.</summary>
internal abstract record ContentPart
{
    private ContentPart()
    {
    }

    internal sealed record Text(string Value) : ContentPart;

    /// <param name="Url">A data URL, or the id of a stored picture.</param>
    /// <param name="Field">Where the request has it.</param>
    internal sealed record ImageUrl(string Url, string Field) : ContentPart;

    /// <exception cref="MeshException">InvalidRequest, ImageUrlRefused.</exception>
    public static ContentPart Read(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw RequestObject.WrongType(path, "an object", value);
        }

        var part = new RequestObject(value, path);
        part.Require("type");
        switch (part.Text("type"))
        {
            case "text":
                part.Require("text");
                return new Text(part.Text("text")!);
            case "image_url":
                return ReadImage(part);
            case var other:
                throw RequestObject.Refuse($"{path}.type", "invalid_value", $"Invalid value: '{other}'. Supported values are: 'text' and 'image_url'.");
        }
    }

    private static ImageUrl ReadImage(RequestObject part)
    {
        part.Require("image_url");
        var image = part.Object("image_url")!.Value;
        image.Require("url");
        var url = image.Text("url")!;
        var field = image.PathOf("url");
        if (!ImageId.IsValid(url))
        {
            DataUrl.CheckScheme(url, field);
        }

        return new ImageUrl(url, field);
    }
}
