using System.Text;
using MultiModalMesh.Errors;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Images;

namespace MultiModalMesh.Grains.Jobs;

/// <summary>What a job may ask for, as its contract says.</summary>
internal static class JobLimits
{
    public const int Items = 10_000;
    public const int ItemIdLength = 256;

    /// <summary>All texts of a job together.</summary>
    public const int TextBytes = 4 * 1024 * 1024;

    /// <exception cref="MeshException"><see cref="ErrorReason.InvalidRequest"/> with the field.</exception>
    public static void Check(SubmitJobCommand command)
    {
        ArgumentNullException.ThrowIfNull(command);
        Require(command.RequestId is { Length: >= 1 and <= TurnLimits.RequestIdLength }, "request_id", $"The request id has {command.RequestId?.Length ?? 0} characters, but must have 1 to {TurnLimits.RequestIdLength}.");
        Require(command.Items.Count is >= 1 and <= Items, "items", $"The job has {command.Items.Count} items, but must have 1 to {Items}; split it.");
        Require(command.Skill is Skill.Unspecified or Skill.Describe or Skill.Answer or Skill.Chat, "skill", $"A job cannot {command.Skill.ToString().ToLowerInvariant()}; it can describe, answer and chat.");
        TurnLimits.CheckOptions(command.Options, command.Skill);
        Require(Encoding.UTF8.GetByteCount(command.Text) is var bytes && bytes <= TurnLimits.TextBytes, "text", $"The text has {bytes} bytes, the limit is {TurnLimits.TextBytes}.");
        var all = (long)bytes;
        var skill = SkillOf(command);
        for (var i = 0; i < command.Items.Count; i++)
        {
            all += Check(command.Items[i], i, skill, hasText: !string.IsNullOrWhiteSpace(command.Text));
        }

        Require(all <= TextBytes, "items", $"The texts of the items have {all} bytes together, the limit is {TextBytes}; split the job.");
    }

    public static Skill SkillOf(SubmitJobCommand command) => command.Skill != Skill.Unspecified
        ? command.Skill
        : !string.IsNullOrWhiteSpace(command.Text) || command.Items.Any(item => !string.IsNullOrWhiteSpace(item.Text)) ? Skill.Answer : Skill.Describe;

    private static int Check(JobItem item, int index, Skill skill, bool hasText)
    {
        Require(item.Id.Length <= ItemIdLength, $"items[{index}].id", $"The id has {item.Id.Length} characters, the limit is {ItemIdLength}.");
        var bytes = Encoding.UTF8.GetByteCount(item.Text);
        Require(bytes <= TurnLimits.TextBytes, $"items[{index}].text", $"The text has {bytes} bytes, the limit is {TurnLimits.TextBytes}.");
        Require(
            item.ImageId.Length == 0 ? skill == Skill.Chat : ImageId.IsValid(item.ImageId),
            $"items[{index}].image",
            item.ImageId.Length == 0 ? "The item has no picture." : "That is not the id of a picture; send the file to /api/images and take the id that it gives.");
        Require(
            skill == Skill.Describe || hasText || !string.IsNullOrWhiteSpace(item.Text),
            $"items[{index}].text",
            "Neither the item nor the job has a text; say what is asked.");
        return bytes;
    }

    private static void Require(bool condition, string field, string message)
    {
        if (!condition)
        {
            throw new MeshException(ErrorReason.InvalidRequest, message) { Field = field };
        }
    }
}
