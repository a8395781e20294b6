using MultiModalMesh.Grains.Jobs;

namespace MultiModalMesh.Grains.Operations;

/// <summary>The cluster at a glance, for people who look after it. One grain, key 0; without state of its own.</summary>
[Alias("MultiModalMesh.IClusterGrain")]
public interface IClusterGrain : IGrainWithIntegerKey
{
    [Alias("Describe")]
    Task<ClusterView> DescribeAsync();
}

/// <param name="Members">The processes of the cluster, those that only enter as clients not.</param>
/// <param name="ActiveDialogues">Dialogues that are in memory now; null where not all members said so in time.</param>
[GenerateSerializer, Immutable, Alias("MultiModalMesh.ClusterView")]
public sealed record ClusterView(
    [property: Id(0)] IReadOnlyList<MemberView> Members,
    [property: Id(1)] int? ActiveDialogues)
{
    /// <summary>The jobs that are worked on; null where that is not known, as from a silo of an older version.</summary>
    [Id(2)] public JobsView? Jobs { get; init; }
}

/// <summary>One process of the cluster.</summary>
[GenerateSerializer, Immutable, Alias("MultiModalMesh.MemberView")]
public sealed record MemberView
{
    /// <summary>Host and port that the other members reach it by.</summary>
    [Id(0)] public required string Address { get; init; }

    [Id(1)] public required string Host { get; init; }

    /// <summary>As Orleans calls it, such as <c>Active</c> or <c>Joining</c>; the dead are not told of.</summary>
    [Id(2)] public required string Status { get; init; }

    /// <summary>Such as <c>silo</c> and <c>worker</c>.</summary>
    [Id(3)] public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>The worker that lives in it; empty if there is none.</summary>
    [Id(4)] public string WorkerId { get; init; } = "";

    [Id(5)] public DateTimeOffset JoinedAt { get; init; }
}
