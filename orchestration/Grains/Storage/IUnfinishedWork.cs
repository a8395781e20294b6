namespace MultiModalMesh.Grains.Storage;

/// <summary>State that can say whether work on it was promised and is not done; such grains are woken after a crash.</summary>
internal interface IUnfinishedWork
{
    bool IsUnfinished { get; }
}
