using System.Text;
using MultiModalMesh.Datasets.Examples;

namespace MultiModalMesh.Datasets.Tests;

/// <summary>A data set in a folder of its own, made file by file.</summary>
public sealed class DatasetFolder : IDisposable
{
    /// <summary>The smallest PNG there is: readers do not decode.</summary>
    public static readonly byte[] Picture = Convert.FromBase64String("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==");

    public string Path { get; } = Directory.CreateTempSubdirectory("mmm-dataset-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public DatasetFolder With(string name, string text) => With(name, Encoding.UTF8.GetBytes(text));

    public DatasetFolder With(string name, byte[] bytes)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllBytes(this[name], bytes);
        return this;
    }

    public DatasetFolder WithPictures(params string[] names)
    {
        foreach (var name in names)
        {
            With(name, Picture);
        }

        return this;
    }

    public Task<Dataset> OpenAsync(DatasetOptions? options = null) => Dataset.OpenAsync(Path, options ?? new DatasetOptions(), TestContext.Current.CancellationToken);

    /// <summary>Everything that is in it, split by split.</summary>
    public async Task<List<Example>> ReadAsync(DatasetOptions? options = null)
    {
        using var dataset = await OpenAsync(options);
        return await ReadAsync(dataset);
    }

    public static async Task<List<Example>> ReadAsync(Dataset dataset)
    {
        var examples = new List<Example>();
        foreach (var split in Enum.GetValues<Split>())
        {
            for (var i = 0L; i < dataset.Count(split); i++)
            {
                examples.Add(await dataset.ReadAsync(split, i, TestContext.Current.CancellationToken));
            }
        }

        return examples;
    }

    public void Dispose() => Directory.Delete(Path, true);
}
