namespace MultiModalMesh.Benchmarks;

/// <summary>One or a few lines of a table that are measured together.</summary>
internal interface IMeasurement
{
    /// <summary>On the command line, behind the table's name.</summary>
    string Name { get; }

    /// <summary>For the list, in one line.</summary>
    string About { get; }

    Task MeasureAsync(Bench bench);
}
