using MultiModalMesh.Errors;

namespace MultiModalMesh.Grains.Dialogues;

/// <summary>A <see cref="MeshException"/> that can cross the border between silos: only the reason's code, the message and the field travel.</summary>
[GenerateSerializer, Alias("MultiModalMesh.DialogueException")]
public sealed class DialogueException : Exception
{
    public DialogueException(string reason, string message)
        : base(message) => Reason = reason;

    /// <summary>The code of an <see cref="ErrorReason"/>.</summary>
    [Id(0)] public string Reason { get; }
}
