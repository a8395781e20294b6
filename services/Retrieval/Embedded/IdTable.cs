using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using MultiModalMesh.Retrieval.Embedded.Segments;

namespace MultiModalMesh.Retrieval.Embedded;

/// <summary>Where an item is.</summary>
internal readonly record struct Place(Segment Segment, int Row);

/// <summary>
/// From an id to the row that has it, by 64 bits of a hash that nobody outside can foresee: a million ids take 30 MB and are not read at
/// start. Ids whose hashes are equal are told apart by what the rows say. Only the writer uses it.
/// </summary>
internal sealed class IdTable
{
    private static readonly long Seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));

    private readonly Dictionary<ulong, Place> _places = [];
    private readonly Dictionary<string, Place> _others = new(StringComparer.Ordinal);

    public static ulong Hash(ReadOnlySpan<byte> id) => XxHash3.HashToUInt64(id, Seed);

    public static ulong Hash(string id) => Hash(Encoding.UTF8.GetBytes(id));

    public void Reserve(int count) => _places.EnsureCapacity(count);

    /// <summary>For rows whose ids are known to differ, at start.</summary>
    /// <returns>False if there is another of that hash: the caller then sets it by its id.</returns>
    public bool TryAdd(ulong hash, Place place) => _places.TryAdd(hash, place);

    public Place? Find(string id)
    {
        if (_others.Count > 0 && _others.TryGetValue(id, out var other))
        {
            return other;
        }

        return _places.TryGetValue(Hash(id), out var place) && place.Segment.Read(place.Row).Id == id ? place : null;
    }

    public void Set(string id, Place place)
    {
        var hash = Hash(id);
        if (_others.ContainsKey(id) || (_places.TryGetValue(hash, out var before) && before.Segment.Read(before.Row).Id != id))
        {
            _others[id] = place;
        }
        else
        {
            _places[hash] = place;
        }
    }

    public void Remove(string id)
    {
        if (!_others.Remove(id))
        {
            _places.Remove(Hash(id));
        }
    }
}
