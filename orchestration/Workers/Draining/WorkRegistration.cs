using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace MultiModalMesh.Workers.Draining;

/// <summary>Tells the work of a worker from the other calls that its process takes.</summary>
public static class WorkRegistration
{
    /// <summary>
    /// The service's calls are work: a worker that leaves takes no new ones, lets those that run finish within <c>Worker:DrainTimeout</c>, and
    /// then ends them with PEER_UNAVAILABLE, so that their callers go on elsewhere.
    /// </summary>
    public static IHostApplicationBuilder AddWork<TService>(this IHostApplicationBuilder builder)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<WorkGate>();
        builder.Services.AddGrpc().AddServiceOptions<TService>(options => options.Interceptors.Add<DrainInterceptor>());
        return builder;
    }
}
