using System.Text;
using MultiModalMesh.Retrieval.Collections;

namespace MultiModalMesh.Retrieval.Search;

/// <summary>Finds pictures in payloads. Without an index: it is asked when a dialogue is deleted, and reading a gigabyte takes less than a second.</summary>
internal static class PictureUses
{
    private const int RowsBetweenCancellationChecks = 4096;

    /// <returns>Those of <paramref name="imageIds"/> that are the id of an item, or that a payload has anywhere, as a value or within one, in their order.</returns>
    public static IReadOnlyList<string> Find(IEnumerable<VectorCollection> collections, IReadOnlyList<string> imageIds, CancellationToken cancellationToken)
    {
        var wanted = imageIds.Distinct(StringComparer.Ordinal).Select(id => (Id: id, Bytes: Encoding.UTF8.GetBytes(id))).ToList();
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var collection in collections)
        {
            var index = collection.Table.Current;
            for (var row = 0; row < index.Count && wanted.Count > 0; row++)
            {
                if (row % RowsBetweenCancellationChecks == 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }

                if (!index.IsDead(row))
                {
                    // A payload has its strings as they are, in UTF-8, so there is no need to take it apart.
                    var (id, payload) = (index.Ids[row], index.Payloads[row]);
                    wanted.RemoveAll(one => (id == one.Id || payload.AsSpan().IndexOf(one.Bytes) >= 0) && found.Add(one.Id));
                }
            }
        }

        return [.. imageIds.Where(found.Contains)];
    }
}
