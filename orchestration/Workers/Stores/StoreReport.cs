namespace MultiModalMesh.Workers.Stores;

/// <summary>What was found, and done, on a server that keeps members or dialogues.</summary>
public sealed class StoreReport
{
    /// <summary>What is there: versions, tables, settings that were seen.</summary>
    public IList<string> Facts { get; } = [];

    /// <summary>What was made now.</summary>
    public IList<string> Made { get; } = [];

    /// <summary>What works but can cost data, and what could not be seen from here.</summary>
    public IList<string> Warnings { get; } = [];

    /// <summary>Without it no silo starts.</summary>
    public IList<string> Missing { get; } = [];
}
