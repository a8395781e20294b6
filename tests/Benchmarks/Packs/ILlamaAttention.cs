namespace MultiModalMesh.Benchmarks.Packs;

/// <summary>Attention of all layers of a <see cref="LlamaGraph"/>, with rotary positions.</summary>
internal interface ILlamaAttention
{
    /// <summary>Of one layer.</summary>
    /// <param name="query">[batch, sequence, width].</param>
    /// <param name="key">[batch, sequence, key heads * head width].</param>
    /// <param name="value">As <paramref name="key"/>.</param>
    /// <param name="past">[batch, key heads, past, head width] each.</param>
    /// <returns>[batch, sequence, width], and what past becomes.</returns>
    (string Attended, string PresentKey, string PresentValue) Attend(string query, string key, string value, (string Key, string Value) past);
}
