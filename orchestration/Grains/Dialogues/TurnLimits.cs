using System.Buffers;
using System.Text;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Grains.Dialogues;

/// <summary>What a turn may ask for, as the assistant's contract says.</summary>
internal static class TurnLimits
{
    public const int RequestIdLength = 128;
    public const int TextBytes = 16 * 1024;
    public const int Images = 8;
    public const int MaxTokens = 4096;
    public const int SearchHits = 100;
    public const int CollectionLength = 64;
    public const int Choices = 1000;
    public const int FormatBytes = 16 * 1024;

    private static readonly SearchValues<char> CollectionCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-");

    /// <exception cref="MeshException"><see cref="ErrorReason.InvalidRequest"/> with the field.</exception>
    public static void Check(PostTurnCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        Require(command.RequestId is { Length: >= 1 and <= RequestIdLength }, "request_id", $"The request id has {command.RequestId?.Length ?? 0} characters, but must have 1 to {RequestIdLength}.");
        var bytes = Encoding.UTF8.GetByteCount(command.Text);
        Require(bytes <= TextBytes, "text", $"The text has {bytes} bytes, the limit is {TextBytes}.");
        Require(command.ImageIds.Count <= Images, "image_ids", $"The turn has {command.ImageIds.Count} pictures, the limit is {Images}.");
        Require(Enum.IsDefined(command.Skill), "skill", $"There is no skill {(int)command.Skill}.");
        CheckOptions(command.Options, command.Skill);
    }

    /// <inheritdoc cref="Check(PostTurnCommand)"/>
    public static void CheckOptions(TurnOptions options, Skill skill)
    {
        Require(options.MaxTokens is >= 0 and <= MaxTokens, "options.max_tokens", $"max_tokens is {options.MaxTokens}, but must be 0..{MaxTokens}.");
        Require(options.Temperature is >= 0 and <= 2, "options.temperature", $"temperature is {options.Temperature}, but must be 0..2.");
        Require(options.TopP is >= 0 and <= 1, "options.top_p", $"top_p is {options.TopP}, but must be 0..1.");
        Require(options.Limit is >= 0 and <= SearchHits, "options.limit", $"limit is {options.Limit}, but must be 0..{SearchHits}.");
        if (options.Format is { } format)
        {
            Check(format);
            Require(skill != Skill.Search, "options.format", "A search has hits and no answer; leave the format out.");
        }

        if (skill == Skill.Search)
        {
            Require(
                options.Collection is { Length: >= 1 and <= CollectionLength } collection && !collection.AsSpan().ContainsAnyExcept(CollectionCharacters),
                "options.collection", $"A search needs a collection of 1 to {CollectionLength} characters of [a-z0-9_-], but it is '{options.Collection}'.");
        }
    }

    private static void Check(AnswerFormat format)
    {
        Require((format.Choices.Count > 0) != (format.JsonSchema.Length > 0), "options.format", "The format must have either choices or a JSON schema.");
        Require(format.Choices.Count <= Choices, "options.format.choices", $"There are {format.Choices.Count} choices, the limit is {Choices}.");
        Require(format.Choices.All(choice => choice.Length > 0), "options.format.choices", "One of the choices is empty.");
        var bytes = format.Choices.Append(format.JsonSchema).Sum(text => (long)Encoding.UTF8.GetByteCount(text));
        Require(bytes <= FormatBytes, "options.format", $"The format has {bytes} bytes, the limit is {FormatBytes}.");
    }

    /// <summary>What depends on the turns before: a turn says something, or shows something, or refers to a picture that is there.</summary>
    public static void CheckContent(PostTurnCommand command, bool dialogueHasPictures)
    {
        var saysNothing = string.IsNullOrWhiteSpace(command.Text) && command.ImageIds.Count == 0;
        Require(!saysNothing || (command.Skill == Skill.Describe && dialogueHasPictures), "text", "The turn has neither a text nor a picture.");
        Require(
            command.Skill is not (Skill.Describe or Skill.Answer) || command.ImageIds.Count > 0 || dialogueHasPictures,
            "image_ids", "There is no picture in the turn or in the dialogue before it.");
    }

    private static void Require(bool condition, string field, string message)
    {
        if (!condition)
        {
            throw new MeshException(ErrorReason.InvalidRequest, message) { Field = field };
        }
    }
}
