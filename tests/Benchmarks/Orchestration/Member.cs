using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using MultiModalMesh.Grains;
using MultiModalMesh.ServiceDefaults;
using MultiModalMesh.ServiceDefaults.Endpoints;
using MultiModalMesh.Workers;

namespace MultiModalMesh.Benchmarks.Orchestration;

/// <summary>What a member tells of itself when it is asked.</summary>
/// <param name="Heap">Bytes of the managed heap after a full collection.</param>
/// <param name="Resident">Bytes of the process in memory.</param>
/// <param name="Writes">Durable writes since it began.</param>
internal sealed record MemberState(long Heap, long Resident, long Writes);

/// <summary>This program as a member of the cluster: <c>member silo|worker --Key value …</c>. A silo is made up as orchestration/Silo makes it.</summary>
internal static class Member
{
    public const string Verb = "member", StatePath = "/bench/state";

    public static async Task<int> RunAsync(string role, string[] args)
    {
        using var writes = new StateWrites();
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults(role);
        builder.ListenForGrpc();
        Add(builder, role);
        return await builder.RunServiceAsync(app =>
        {
            app.MapServiceDefaults();
            app.MapGrpcService<AtOnceDecoder>();
            app.MapGet(StatePath, context => context.Response.WriteAsync(JsonSerializer.Serialize(Look(writes))));
        });
    }

    /// <param name="builder">The process.</param>
    /// <param name="role"><c>silo</c>, <c>worker</c>, or <c>both</c>.</param>
    public static void Add(WebApplicationBuilder builder, string role)
    {
        if (role is "silo" or "both")
        {
            builder.AddGrains();
        }

        if (role is "worker" or "both")
        {
            builder.AddWorker();
            builder.Services.AddSingleton<IWorkerOfferSource, AnswerAtOnce>();
        }
    }

    private static MemberState Look(StateWrites writes)
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        GC.WaitForPendingFinalizers();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return new MemberState(GC.GetTotalMemory(forceFullCollection: false), Environment.WorkingSet, writes.Count);
    }
}
