using MultiModalMesh.Simulator.Mesh;

namespace MultiModalMesh.Simulator.Studies;

/// <param name="Series">What is compared.</param>
/// <param name="X">Where on the study's axis.</param>
internal sealed record Point(string Series, double X, Scenario Scenario);

/// <param name="X">What the axis is, with its unit.</param>
/// <param name="Points">Series after series.</param>
internal sealed record Study(string Name, string X, IReadOnlyList<Point> Points)
{
    public bool IsXLogarithmic { get; init; }

    /// <summary>One simulation a point, as many at a time as there are processors; the order of the results is that of the points.</summary>
    public async Task<IReadOnlyList<Outcome>> RunAsync(CancellationToken cancellationToken)
    {
        var outcomes = new Outcome[Points.Count];
        await Parallel.ForAsync(
            0, Points.Count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken }, (i, _) =>
            {
                outcomes[i] = Simulation.Run(Points[i].Scenario);
                return ValueTask.CompletedTask;
            });
        return outcomes;
    }
}
