using MultiModalMesh.Retrieval.V1;

namespace MultiModalMesh.Retrieval.Shards;

/// <summary>Cuts a list into messages of a size that streams well.</summary>
internal static class ShardPortions
{
    private const int MostItems = 256;
    private const int EnoughBytes = 512 * 1024;

    /// <summary>One at a time: items become messages when they are about to be sent.</summary>
    public static IEnumerable<IReadOnlyList<ShardItem>> Of<T>(IReadOnlyList<T> items, Func<T, ShardItem> map)
    {
        List<ShardItem> portion = [];
        var bytes = 0;
        foreach (var item in items)
        {
            var message = map(item);
            portion.Add(message);
            bytes += (message.Vector.Count * sizeof(float)) + message.Payload.Length;
            if (portion.Count == MostItems || bytes >= EnoughBytes)
            {
                yield return portion;
                portion = [];
                bytes = 0;
            }
        }

        if (portion.Count > 0)
        {
            yield return portion;
        }
    }
}
