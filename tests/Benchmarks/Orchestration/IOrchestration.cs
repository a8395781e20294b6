using MultiModalMesh.Decoder.V1;

namespace MultiModalMesh.Benchmarks.Orchestration;

/// <summary>Silos, their store and a worker that answers at once, to be measured from a caller's side.</summary>
internal interface IOrchestration : IAsyncDisposable
{
    /// <summary>For a row's name.</summary>
    string Name { get; }

    IGrainFactory Grains { get; }

    /// <summary>The worker without anything between.</summary>
    DecoderService.DecoderServiceClient Decoder { get; }

    /// <summary>One durable write of about a dialogue's size by the store's own means, without the mesh.</summary>
    Task WriteAloneAsync();

    /// <summary>Of each silo.</summary>
    Task<IReadOnlyList<MemberState>> LookAsync();
}
