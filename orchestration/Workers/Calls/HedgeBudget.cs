namespace MultiModalMesh.Workers.Calls;

/// <summary>
/// Second requests, as a share of the first ones: a mesh in which everything is slow must not be asked twice as much. A few are saved up. Safe for
/// concurrent use.
/// </summary>
/// <param name="share">Above 0, at most 1.</param>
internal sealed class HedgeBudget(double share)
{
    private const double MostSaved = 4;

    private readonly Lock _gate = new();
    private double _saved;

    public void Called()
    {
        lock (_gate)
        {
            _saved = Math.Min(MostSaved, _saved + share);
        }
    }

    public bool TryTake()
    {
        lock (_gate)
        {
            // Sums of twentieths are a little less than whole.
            if (_saved < 1 - 1e-9)
            {
                return false;
            }

            _saved -= 1;
            return true;
        }
    }
}
