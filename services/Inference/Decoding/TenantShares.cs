namespace MultiModalMesh.Inference.Decoding;

/// <summary>What each tenant has in flight, running and waiting, measured by its weight.</summary>
/// <param name="weights">By tenant; one that is not named weighs 1.</param>
internal sealed class TenantShares(IReadOnlyDictionary<string, double> weights)
{
    private readonly Dictionary<string, long> _tokens = new(StringComparer.Ordinal);

    public double WeightOf(string tenant) => weights.TryGetValue(tenant, out var weight) ? weight : 1;

    public void Add(string tenant, long tokens) => _tokens[tenant] = _tokens.GetValueOrDefault(tenant) + tokens;

    public void Remove(string tenant, long tokens)
    {
        if ((_tokens[tenant] -= tokens) <= 0)
        {
            _tokens.Remove(tenant);
        }
    }

    /// <summary>Tokens in flight by weight.</summary>
    public double Of(string tenant, long more = 0) => (_tokens.GetValueOrDefault(tenant) + more) / WeightOf(tenant);

    /// <summary>The tenants that have more in flight than this one would with that much more, those with the most first.</summary>
    public IEnumerable<string> Above(string tenant, long more)
    {
        var own = Of(tenant, more);
        return _tokens.Keys.Where(other => other != tenant && Of(other) > own).OrderByDescending(other => Of(other));
    }
}
