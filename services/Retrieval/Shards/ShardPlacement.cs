using System.IO.Hashing;
using System.Text;
using MultiModalMesh.Retrieval.Collections;

namespace MultiModalMesh.Retrieval.Shards;

/// <summary>Which shard an item lies on. Part of the stored format: another answer would lose what is stored.</summary>
internal static class ShardPlacement
{
    /// <summary>
    /// XXH3 (64 bits, seed 0) of tenant, collection and id in UTF-8, a line feed between them, then jump consistent hash (Lamping and Veach, 2014):
    /// every shard gets the same share, and of n + 1 shards the new one gets its share from all others.
    /// </summary>
    public static int Of(CollectionKey collection, string id, int count)
    {
        var hash = XxHash3.HashToUInt64(Encoding.UTF8.GetBytes($"{collection.Tenant}\n{collection.Name}\n{id}"));
        long shard = -1;
        for (long next = 0; next < count;)
        {
            shard = next;
            hash = unchecked((hash * 2_862_933_555_777_941_757) + 1);
            next = (long)((shard + 1) * ((1L << 31) / (double)((hash >> 33) + 1)));
        }

        return (int)shard;
    }
}
