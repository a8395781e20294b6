namespace MultiModalMesh.Grains.Routing;

/// <summary>Hashes that are the same in every process, unlike <see cref="string.GetHashCode()"/>; not for secrets.</summary>
internal static class StableHash
{
    /// <summary>FNV-1a over the characters, then mixed.</summary>
    public static ulong Of(string text)
    {
        var hash = 14_695_981_039_346_656_037UL;
        foreach (var character in text)
        {
            hash = (hash ^ character) * 1_099_511_628_211UL;
        }

        return Mix(hash);
    }

    /// <summary>Every bit of the input changes half of the output's (the finalizer of SplitMix64; Steele, Lea and Flood, 2014).</summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
        return value ^ (value >> 31);
    }
}
