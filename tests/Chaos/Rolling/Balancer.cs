namespace MultiModalMesh.Chaos.Rolling;

/// <summary>What stands before the gateways: new requests go in turn to those that are in rotation; what runs stays where it is.</summary>
internal sealed class Balancer(IReadOnlyList<HttpClient> gateways)
{
    private readonly Lock _gate = new();
    private readonly HashSet<int> _withdrawn = [];
    private int _next;

    public void Withdraw(int gateway)
    {
        lock (_gate)
        {
            _withdrawn.Add(gateway);
        }
    }

    public void Admit(int gateway)
    {
        lock (_gate)
        {
            _withdrawn.Remove(gateway);
        }
    }

    /// <summary>The gateway for a request, first, and those that a repetition may go to.</summary>
    public IReadOnlyList<HttpClient> InRotation()
    {
        lock (_gate)
        {
            _next++;
            return [.. Enumerable.Range(0, gateways.Count).Select(i => (_next + i) % gateways.Count).Where(i => !_withdrawn.Contains(i)).Select(i => gateways[i])];
        }
    }
}
