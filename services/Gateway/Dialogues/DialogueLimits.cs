using System.Buffers;
using System.Text;
using System.Text.Json;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Dialogues;

namespace MultiModalMesh.Gateway.Dialogues;

/// <summary>The limits that assistant_service.proto and the HTTP API promise, checked before anything is stored.</summary>
internal static class DialogueLimits
{
    public const int MaxTextBytes = 16 * 1024;
    public const int MaxImages = 8;
    public const int MaxTokens = 4096;
    public const int MaxHits = 100;
    public const int MaxChoices = 1000;
    public const int MaxFormatBytes = 16 * 1024;
    public const int MaxPageSize = 200;
    public const int DefaultPageSize = 50;

    private static readonly SearchValues<char> IdCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    /// <exception cref="MeshException">InvalidRequest, with the field.</exception>
    public static void CheckDialogueId(string? id)
    {
        if (id is not { Length: >= 1 and <= 64 } || id.AsSpan().ContainsAnyExcept(IdCharacters))
        {
            throw Refuse("dialogueId", $"'{Shorten(id)}' is not the id of a dialogue; an id is 1 to 64 characters of [A-Za-z0-9_-].");
        }
    }

    /// <inheritdoc cref="CheckDialogueId"/>
    public static void Check(PostTurnCommand command)
    {
        if (command.RequestId is not { Length: >= 1 and <= 128 })
        {
            throw Refuse("requestId", $"A turn needs a requestId of 1 to 128 characters that is new in its dialogue; this one has {command.RequestId?.Length ?? 0}.");
        }

        var bytes = Encoding.UTF8.GetByteCount(command.Text);
        if (bytes > MaxTextBytes)
        {
            throw Refuse("text", $"The text has {bytes} bytes, the limit is {MaxTextBytes}; shorten it.");
        }

        if (command.ImageIds.Count > MaxImages)
        {
            throw Refuse("images", $"The turn has {command.ImageIds.Count} pictures, the limit is {MaxImages}; spread them over several turns.");
        }

        if (bytes == 0 && command.ImageIds.Count == 0)
        {
            throw Refuse("text", "A turn needs a text or a picture; this one has neither.");
        }

        if (!Enum.IsDefined(command.Skill))
        {
            throw Refuse("skill", $"There is no skill with the number {(int)command.Skill}.");
        }

        CheckOptions(command.Options, command.Skill);
    }

    /// <returns>The page size to use: the default for 0 or none.</returns>
    public static int CheckPageSize(int? pageSize) => pageSize switch
    {
        null or 0 => DefaultPageSize,
        >= 1 and <= MaxPageSize => pageSize.Value,
        _ => throw Refuse("pageSize", $"The page size is {pageSize}, but must be 1..{MaxPageSize}."),
    };

    /// <inheritdoc cref="CheckDialogueId"/>
    public static void CheckOptions(TurnOptions options, Skill skill)
    {
        if (options.MaxTokens is < 0 or > MaxTokens)
        {
            throw Refuse("maxTokens", $"maxTokens is {options.MaxTokens}, but must be 1..{MaxTokens}, or 0 for the model's default.");
        }

        if (!(options.Temperature is >= 0 and <= 2))
        {
            throw Refuse("temperature", $"temperature is {options.Temperature}, but must be 0..2.");
        }

        if (!(options.TopP is >= 0 and <= 1))
        {
            throw Refuse("topP", $"topP is {options.TopP}, but must be above 0 and at most 1, or 0 for 1.");
        }

        if (options.Model.Length > 128)
        {
            throw Refuse("model", $"The model's name has {options.Model.Length} characters, the limit is 128.");
        }

        if (options.Format is { } format)
        {
            Check(format);
            if (skill == Skill.Search)
            {
                throw Refuse(format.Choices.Count > 0 ? "choices" : "responseFormat", "A search has hits and no answer; leave the answer's format out.");
            }
        }

        if (options.Limit is < 0 or > MaxHits)
        {
            throw Refuse("limit", $"limit is {options.Limit}, but must be 1..{MaxHits}, or 0 for the default.");
        }

        if (skill == Skill.Search && options.Collection.Length == 0)
        {
            throw Refuse("collection", "A turn with the skill 'search' needs the name of a collection.");
        }

        if (options.Collection.Length > 0)
        {
            Collections.CollectionLimits.CheckName(options.Collection, "collection");
        }
    }

    private static void Check(AnswerFormat format)
    {
        if (format.JsonSchema.Length == 0 && (format.Choices.Count is 0 or > MaxChoices || format.Choices.Any(string.IsNullOrEmpty)))
        {
            throw Refuse("choices", $"There must be 1 to {MaxChoices} choices and none of them empty; there are {format.Choices.Count}.");
        }

        if (format.JsonSchema.Length > 0 && !IsObject(format.JsonSchema))
        {
            throw Refuse("responseFormat", "The schema is not a JSON object.");
        }

        if (format.Choices.Append(format.JsonSchema).Sum(text => (long)Encoding.UTF8.GetByteCount(text)) is > MaxFormatBytes and var bytes)
        {
            throw Refuse(format.Choices.Count > 0 ? "choices" : "responseFormat", $"The answer's format has {bytes} bytes, the limit is {MaxFormatBytes}; shorten it.");
        }
    }

    private static bool IsObject(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static MeshException Refuse(string field, string message) => new(ErrorReason.InvalidRequest, message) { Field = field };

    private static string? Shorten(string? text) => text is { Length: > 80 } ? text[..80] + "…" : text;
}
