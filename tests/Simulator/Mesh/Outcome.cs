namespace MultiModalMesh.Simulator.Mesh;

/// <summary>What came of a simulation. Seconds.</summary>
/// <param name="Turns">Answered and measured.</param>
/// <param name="FirstToken50">From asking to the first token, median.</param>
/// <param name="Wait50">From asking to the start on a worker, median.</param>
/// <param name="HitRate">Of turns with a history: the whole of it was in the worker's cache.</param>
/// <param name="BusyShare">Of all slots.</param>
/// <param name="RefusedShare">Turns that three workers had no room for.</param>
/// <param name="Retried">Turns that were sent to another worker, because one was dead or full.</param>
internal sealed record Outcome(
    int Turns, double FirstToken50, double FirstToken99, double Wait50, double Wait99, double HitRate, double BusyShare, double RefusedShare, int Retried);

/// <summary>Collects what an <see cref="Outcome"/> tells.</summary>
internal sealed class Tally
{
    private readonly List<float> _waits = [];
    private readonly List<float> _firstTokens = [];
    private int _withHistory;
    private int _hits;

    public int Refused { get; set; }

    public int Retried { get; set; }

    /// <summary>Slots times seconds.</summary>
    public double Busy { get; set; }

    public void Add(double wait, double prefill, bool hasHistory, bool isHit)
    {
        _waits.Add((float)wait);
        _firstTokens.Add((float)(wait + prefill));
        _withHistory += hasHistory ? 1 : 0;
        _hits += hasHistory && isHit ? 1 : 0;
    }

    public Outcome Sum(double slotSeconds)
    {
        _waits.Sort();
        _firstTokens.Sort();
        return new Outcome(
            _waits.Count, At(_firstTokens, 0.5), At(_firstTokens, 0.99), At(_waits, 0.5), At(_waits, 0.99), _hits / (double)Math.Max(1, _withHistory),
            Busy / slotSeconds, Refused / (double)Math.Max(1, Refused + _waits.Count), Retried);
    }

    private static double At(List<float> sorted, double share) => sorted.Count == 0 ? 0 : sorted[Math.Min(sorted.Count - 1, (int)(share * sorted.Count))];
}
