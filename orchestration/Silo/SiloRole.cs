using MultiModalMesh.Grains;

namespace MultiModalMesh.Silo;

/// <summary>The orchestration: the process that holds the grains of the mesh.</summary>
public static class SiloRole
{
    public static TBuilder AddSilo<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder => builder.AddGrains();

    /// <summary>Nothing of it is called from outside but health and reflection, which come with the service defaults.</summary>
    public static WebApplication MapSilo(this WebApplication app) => app;
}
