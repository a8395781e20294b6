using System.Collections.Immutable;

namespace MultiModalMesh.Grains.Dialogues;

/// <summary>What a skill came to; its text is in the live turn.</summary>
internal sealed record TurnOutcome(TurnUsage? Usage = null, ImmutableArray<SearchHit> Hits = default, TurnConfidence? Confidence = null);
