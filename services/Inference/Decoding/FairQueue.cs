namespace MultiModalMesh.Inference.Decoding;

/// <summary>
/// Takes what waits so that each tenant gets its share of the work, however much it asks for: start-time fair queueing (Goyal, Vin and Cheng, 1996).
/// A tenant's next item starts, in virtual time, where its last one ended, and lasts its work over the tenant's weight; the one that starts first
/// is next. One that comes anew starts now: what it did not use before is not saved up. Within a tenant, first come, first served.
/// </summary>
/// <param name="tenantOf">Whose it is.</param>
/// <param name="workOf">How much it is.</param>
/// <param name="weightOf">A tenant's, above 0.</param>
internal sealed class FairQueue<T>(Func<T, string> tenantOf, Func<T, long> workOf, Func<string, double> weightOf)
    where T : class
{
    private readonly Dictionary<string, Flow> _flows = new(StringComparer.Ordinal);
    private double _now;

    public int Count { get; private set; }

    public void Add(T item)
    {
        var tenant = tenantOf(item);
        if (!_flows.TryGetValue(tenant, out var flow))
        {
            _flows[tenant] = flow = new Flow { Start = _now };
        }
        else if (flow.Items.Count == 0)
        {
            flow.Start = Math.Max(flow.Start, _now);
        }

        flow.Items.AddLast(item);
        Count++;
    }

    /// <summary>The one that is next; it stays.</summary>
    public T? Peek() => NextFlow()?.Items.First!.Value;

    /// <summary>Takes what <see cref="Peek"/> gave.</summary>
    public void Take(T item)
    {
        var flow = NextFlow()!;
        flow.Items.RemoveFirst();
        Count--;
        _now = flow.Start;
        flow.Start += workOf(item) / weightOf(tenantOf(item));
        ForgetIdle();
    }

    /// <summary>It waits no longer. It was not served, so it costs its tenant nothing.</summary>
    public bool Remove(T item)
    {
        if (!_flows.TryGetValue(tenantOf(item), out var flow) || !flow.Items.Remove(item))
        {
            return false;
        }

        Count--;
        return true;
    }

    /// <summary>What waits of a tenant, the newest first; not to be changed on the way.</summary>
    public IEnumerable<T> NewestFirst(string tenant)
    {
        for (var node = _flows.GetValueOrDefault(tenant)?.Items.Last; node is not null; node = node.Previous)
        {
            yield return node.Value;
        }
    }

    private Flow? NextFlow()
    {
        Flow? next = null;
        foreach (var flow in _flows.Values)
        {
            if (flow.Items.Count > 0 && (next is null || flow.Start < next.Start))
            {
                next = flow;
            }
        }

        return next;
    }

    // One that had its share and more is remembered until the others have had theirs.
    private void ForgetIdle()
    {
        foreach (var (tenant, flow) in _flows)
        {
            if (flow.Items.Count == 0 && (Count == 0 || flow.Start <= _now))
            {
                _flows.Remove(tenant);
            }
        }
    }

    private sealed class Flow
    {
        public LinkedList<T> Items { get; } = [];

        /// <summary>In virtual time, of the first item; without one, the end of the last.</summary>
        public double Start { get; set; }
    }
}
