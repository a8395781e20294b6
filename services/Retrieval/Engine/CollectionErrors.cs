using MultiModalMesh.Errors;

namespace MultiModalMesh.Retrieval.Engine;

/// <summary>What every engine says about collections.</summary>
internal static class CollectionErrors
{
    public static MeshException NotFound(string name) => new(ErrorReason.CollectionNotFound, $"There is no collection '{name}'; create it first.") { Field = "name.collection" };

    public static MeshException Exists(CollectionInfo info, int dimensions, string model) => new(
        ErrorReason.CollectionExists,
        $"The collection '{info.Key.Name}' is there with {info.Dimensions} dimensions of '{info.Model}', which are not the {dimensions} of '{model}' asked for.");

    public static MeshException TooMany(int limit) => new(ErrorReason.CapacityReached, $"There are {limit} collections, and no more are allowed (Retrieval:MaxCollections).");
}
