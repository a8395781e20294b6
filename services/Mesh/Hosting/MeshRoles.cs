using MultiModalMesh.Decoder;
using MultiModalMesh.Gateway;
using MultiModalMesh.Retrieval;
using MultiModalMesh.Silo;
using MultiModalMesh.TextEncoder;
using MultiModalMesh.VisionEncoder;

namespace MultiModalMesh.Mesh.Hosting;

/// <summary>A role that a process can play.</summary>
internal sealed record MeshRole(string Name, Action<WebApplicationBuilder> Add, Action<WebApplication> Map);

/// <summary>The roles of the all-in-one process. Each runs as a process of its own too, with the same two calls in its Program.cs.
/// The gateway stands first, because its middleware keeps its ports apart from the internal ones.</summary>
internal static class MeshRoles
{
    public static IReadOnlyList<MeshRole> All { get; } =
    [
        new("gateway", builder => builder.AddGateway(), app => app.MapGateway()),
        new("silo", builder => builder.AddSilo(), app => app.MapSilo()),
        new("vision-encoder", builder => builder.AddVisionEncoder(), app => app.MapVisionEncoder()),
        new("text-encoder", builder => builder.AddTextEncoder(), app => app.MapTextEncoder()),
        new("decoder", builder => builder.AddDecoder(), app => app.MapDecoder()),
        new("retrieval", builder => builder.AddRetrieval(), app => app.MapRetrieval()),
    ];
}
