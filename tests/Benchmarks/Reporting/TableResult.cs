namespace MultiModalMesh.Benchmarks.Reporting;

/// <param name="Table">Its name on the command line.</param>
/// <param name="Rows">What was measured.</param>
/// <param name="Curves">What changed while it was measured.</param>
/// <param name="Failures">Measurements that broke, each in a sentence.</param>
internal sealed record TableResult(string Table, IReadOnlyList<Row> Rows, IReadOnlyList<Curve> Curves, IReadOnlyList<string> Failures);

/// <summary>What <c>--json</c> writes.</summary>
internal sealed record RunReport(Machine Machine, bool Quick, IReadOnlyList<TableResult> Tables);
