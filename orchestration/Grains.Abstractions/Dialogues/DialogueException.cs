using MultiModalMesh.Errors;

namespace MultiModalMesh.Grains.Dialogues;

/// <summary>A <see cref="MeshException"/> that can cross the border between silos: the reason's code, the message, the field and the delay travel.</summary>
[GenerateSerializer, Alias("MultiModalMesh.DialogueException")]
public sealed class DialogueException : Exception
{
    public DialogueException(string reason, string message)
        : base(message) => Reason = reason;

    /// <summary>The code of an <see cref="ErrorReason"/>.</summary>
    [Id(0)] public string Reason { get; }

    /// <summary>The field of the request that is at fault, if there is one.</summary>
    [Id(1)] public string? Field { get; init; }

    /// <summary>How long to wait before the same call can succeed, if that is known.</summary>
    [Id(2)] public TimeSpan? RetryAfter { get; init; }
}
