using MultiModalMesh.FunctionalTests;
using MultiModalMesh.FunctionalTests.Processes;

[assembly: AssemblyFixture(typeof(MeshFixture))]

namespace MultiModalMesh.FunctionalTests;

/// <summary>One running mesh for all tests that do not break it.</summary>
public sealed class MeshFixture : IAsyncLifetime
{
    private readonly TemporaryFolder _data = new();
    private RunningMesh? _mesh;

    internal RunningMesh Mesh => _mesh ?? throw new InvalidOperationException("The mesh is not started.");

    public async ValueTask InitializeAsync() => _mesh = await RunningMesh.StartAsync(_data.Path, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        if (_mesh is not null)
        {
            await _mesh.DisposeAsync();
        }

        _data.Dispose();
    }
}
