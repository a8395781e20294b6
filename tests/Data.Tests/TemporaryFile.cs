namespace MultiModalMesh.Data.Tests;

/// <summary>A path of its own that is deleted at the end of a test.</summary>
internal sealed class TemporaryFile : IDisposable
{
    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"{Guid.NewGuid():N}.atlas");

    public void Dispose() => File.Delete(Path);
}
