namespace MultiModalMesh.Mesh.Client;

/// <summary>The mesh at a glance, as <c>/api/system</c> tells it. What a server of another version does not tell is null.</summary>
internal sealed record SystemAnswer(
    string Version, double UptimeSeconds, IReadOnlyList<MemberAnswer>? Members, int? ActiveDialogues, JobsAnswer? Jobs, IReadOnlyList<WorkerAnswer> Workers);

internal sealed record JobsAnswer(int Active, long ItemsTotal, long ItemsDone, long ItemsFailed, double ItemsPerSecond);

internal sealed record MemberAnswer(string Address, string Host, string Status, IReadOnlyList<string> Roles, string? WorkerId, DateTimeOffset JoinedAt);

internal sealed record WorkerAnswer(
    string Id, string Endpoint, string Device, IReadOnlyList<OfferAnswer> Offers, LoadAnswer Load, IReadOnlyList<BacklogAnswer>? Backlogs);

internal sealed record OfferAnswer(string Model, string Version, IReadOnlyList<string> Capabilities);

internal sealed record LoadAnswer(int Active, int Queued, int Capacity);

/// <param name="Unit">What is counted: tokens, texts or pictures.</param>
internal sealed record BacklogAnswer(IReadOnlyList<string> Capabilities, string Unit, long InFlight, double PerSecond);
