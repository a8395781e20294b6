using MultiModalMesh.Grains.Workers;

namespace MultiModalMesh.Workers;

/// <summary>What one role of this process offers to the mesh. Every role registers one; the worker's report is their union.</summary>
/// <remarks>Read about once a second, from any thread.</remarks>
public interface IWorkerOfferSource
{
    /// <summary>Empty as long as nothing can be served.</summary>
    IReadOnlyList<WorkerOffer> Offers { get; }

    WorkerLoad Load { get; }
}

/// <param name="Active">Requests being worked on.</param>
/// <param name="Queued">Requests that wait.</param>
/// <param name="Capacity">Requests taken before one is refused: those worked on and those that wait.</param>
/// <param name="Work">What both add up to, in the role's unit: tokens, texts, pictures.</param>
/// <param name="WorkPerSecond">Of the same, while busy; 0 if nothing was measured yet.</param>
public readonly record struct WorkerLoad(int Active, int Queued, int Capacity, long Work = 0, double WorkPerSecond = 0);
