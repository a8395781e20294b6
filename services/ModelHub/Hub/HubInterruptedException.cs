namespace MultiModalMesh.ModelHub.Hub;

/// <summary>A request failed in a way that may be gone the next time: a cut connection, a busy or broken server.</summary>
/// <param name="message">A clause for a sentence, without a full stop.</param>
/// <param name="retryAfter">How long the server asks to wait.</param>
internal sealed class HubInterruptedException(string message, TimeSpan? retryAfter = null, Exception? inner = null) : Exception(message, inner)
{
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
