using MultiModalMesh.Errors;

namespace MultiModalMesh.Grains.Dialogues;

internal static class DialogueErrors
{
    /// <summary>The form in which a failure leaves a grain.</summary>
    public static DialogueException ToDialogueException(this MeshException error) =>
        new(error.Reason.Code, error.Message) { Field = error.Field, RetryAfter = error.RetryAfter };
}
