using MultiModalMesh.Benchmarks.Packs;
using MultiModalMesh.Benchmarks.Reporting;

namespace MultiModalMesh.Benchmarks;

/// <summary>What a measurement is given, and where its results go.</summary>
/// <param name="quick">Fewer rounds: whether it works, not how fast it is.</param>
/// <param name="packs">The generated packs.</param>
/// <param name="log">Receives progress.</param>
internal sealed class Bench(bool quick, PackCache packs, Action<string> log)
{
    private readonly List<Row> _rows = [];
    private readonly List<Curve> _curves = [];

    public PackCache Packs => packs;

    public bool Quick => quick;

    /// <summary>Threads that models run on, ours and the baselines' alike.</summary>
    public static int Threads => Environment.ProcessorCount;

    public IReadOnlyList<Row> Rows => _rows;

    public IReadOnlyList<Curve> Curves => _curves;

    /// <summary>How often, at how much: the first where there is time, the second for a quick run.</summary>
    public int Size(int full, int small) => quick ? small : full;

    public void Log(string line) => log(line);

    public void Add(Row row)
    {
        _rows.Add(row);
        log($"{row.What}: {Numbers.Text(row.Figure)} {row.FigureUnit}");
    }

    public void Add(Curve curve) => _curves.Add(curve);
}
