using MultiModalMesh.Datasets.Index;

namespace MultiModalMesh.Datasets.Formats;

/// <summary>One way in which data sets are published.</summary>
internal interface IDatasetFormat
{
    /// <summary>As a person calls it.</summary>
    string Name { get; }

    /// <summary>By names of files and columns only; the files may be gigabytes.</summary>
    bool Recognises(DatasetRoot root);

    /// <summary>The files that an index tells about: it is good for as long as they stay the same. Empty if listing them is the whole work.</summary>
    IReadOnlyList<string> IndexedFiles(DatasetRoot root);

    void Index(DatasetRoot root, IndexWriter writer, CancellationToken cancellationToken);

    /// <summary>Adds what a part says to its example.</summary>
    /// <exception cref="Files.DatasetRecordException">It is not what the format says.</exception>
    void Read(Part part, ReadOnlyMemory<byte> bytes, ExampleBuilder example);
}
