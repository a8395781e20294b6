using MultiModalMesh.Inference.Batching;
using MultiModalMesh.Inference.Telemetry;

namespace MultiModalMesh.Inference.Caching;

/// <summary>Encodings that were made lately, within a budget of bytes, and those under way, which are made once for all who ask. Safe for concurrent use.</summary>
/// <param name="name">In metrics.</param>
/// <param name="budget">Bytes; 0 keeps and shares nothing.</param>
/// <param name="sizeOf">Bytes of a value.</param>
/// <param name="lifetime">What was not used for so long is dropped.</param>
/// <param name="time">The clock.</param>
internal sealed class EncodingCache<TValue>(string name, long budget, Func<TValue, long> sizeOf, TimeSpan lifetime, TimeProvider time) : IDisposable
{
    // The key, the list's node, the dictionary's entry and the value's own objects, about.
    private const int Overhead = 320;

    private readonly ByteBudgetCache<ContentKey, TValue> _known = new(budget, value => sizeOf(value) + Overhead, lifetime, time);
    private readonly SingleFlight<ContentKey, TValue> _flights = new();

    /// <summary>Bytes of what is kept.</summary>
    public long Bytes => _known.Bytes;

    public void Dispose() => _known.Dispose();

    /// <param name="encode">Makes the encoding; its token is cancelled when nobody waits for it any more.</param>
    /// <inheritdoc cref="SingleFlight{TKey, TValue}.RunAsync"/>
    public async Task<TValue> GetAsync(
        ContentKey key, JobPriority priority, Func<CancellationToken, Task<TValue>> encode, CancellationToken cancellationToken)
    {
        if (budget == 0)
        {
            return await encode(cancellationToken);
        }

        if (_known.TryGet(key, out var known))
        {
            InferenceInstruments.LookedUp(name, "hit");
            return known;
        }

        return await _flights.RunAsync(key, priority, MakeAsync, () => InferenceInstruments.LookedUp(name, "shared"), cancellationToken);

        async Task<TValue> MakeAsync(CancellationToken token)
        {
            // Another may have landed between the look above and the start of this one.
            if (_known.TryGet(key, out var landed))
            {
                InferenceInstruments.LookedUp(name, "hit");
                return landed;
            }

            InferenceInstruments.LookedUp(name, "miss");
            var value = await encode(token);
            _known.Add(key, value);
            return value;
        }
    }
}
