using System.Collections.Immutable;
using MultiModalMesh.Images;

namespace MultiModalMesh.Grains.Dialogues;

/// <summary>What a deleted dialogue leaves behind until it is erased: the pictures that it had, and nothing of its turns.</summary>
internal sealed record Erasure
{
    /// <summary>
    /// Of the pictures' content, not their ids: who looks for records that use a picture looks for its id, and must not find this one, nor
    /// that of another dialogue that is being erased.
    /// </summary>
    public ImmutableArray<string> PictureHashes { get; init; } = [];

    /// <summary>How often it failed. Written, so that those that fail come behind the others when unfinished work is looked for.</summary>
    public int Failures { get; init; }

    [System.Text.Json.Serialization.JsonIgnore]
    public IEnumerable<string> ImageIds => PictureHashes.Select(ImageId.FromHexHash);

    /// <summary>Of a dialogue as it is now, and what is left of an erasure before.</summary>
    public static Erasure Of(DialogueState dialogue) => new()
    {
        PictureHashes =
        [
            .. dialogue.Turns.SelectMany(turn => turn.ImageIds).Where(ImageId.IsValid).Select(ImageId.HexHashOf)
                .Concat(dialogue.Erasure?.PictureHashes ?? [])
                .Distinct(StringComparer.Ordinal),
        ],
    };
}
