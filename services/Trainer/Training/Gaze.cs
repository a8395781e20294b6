namespace MultiModalMesh.Trainer.Training;

/// <summary>Supervision of attention: from some positions to what they must look at.</summary>
/// <param name="Rows">[rows] flat indices [sample * queries + query].</param>
/// <param name="Targets">[rows, sequence] 1 for each position that may be looked at: the patches of the objects meant, or the position itself where there is none.</param>
internal sealed record Gaze(long[] Rows, float[] Targets);

/// <summary>Where single objects are that nouns mean.</summary>
/// <param name="Rows">[rows] flat indices [sample * sequence + position] of the nouns.</param>
/// <param name="Centres">[rows, 2] centre of the object in patches, from the left and from the top.</param>
internal sealed record Places(long[] Rows, float[] Centres);
