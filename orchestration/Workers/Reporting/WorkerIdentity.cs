namespace MultiModalMesh.Workers.Reporting;

/// <summary>The worker of this process.</summary>
internal sealed class WorkerIdentity(string? configured)
{
    public string Id { get; } = string.IsNullOrWhiteSpace(configured) ? $"worker-{Guid.NewGuid():N}"[..15] : configured;

    /// <summary>Tells this process from an earlier one with the same id.</summary>
    public Guid Incarnation { get; } = Guid.NewGuid();
}
