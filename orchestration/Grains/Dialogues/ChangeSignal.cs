namespace MultiModalMesh.Grains.Dialogues;

/// <summary>
/// Wakes whoever watches a grain. Watchers read what there is by number and then wait for <see cref="Next"/>, so a slow one costs
/// nothing: there is no queue of its own that could grow.
/// </summary>
internal sealed class ChangeSignal
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes at the next change. Take it before looking, so that no change is missed.</summary>
    public Task Next => _next.Task;

    public void Set()
    {
        var now = _next;
        _next = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        now.SetResult();
    }
}
