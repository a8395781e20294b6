using MultiModalMesh.Trainer.Model;

namespace MultiModalMesh.Trainer.Training;

/// <summary>How far a run is: with the weights and moments, all that the next step depends on.</summary>
internal sealed record RunState
{
    public PictoShape? Shape { get; init; }

    public long Step { get; set; }

    /// <summary>Optimizer steps; fewer than <see cref="Step"/> where a gradient was not finite.</summary>
    public long OptimizerSteps { get; set; }

    /// <summary>Seconds spent training.</summary>
    public double Seconds { get; set; }

    /// <summary>Samples seen.</summary>
    public long Samples { get; set; }

    /// <summary>Next position of each source.</summary>
    public long[] Positions { get; set; } = [];

    /// <summary>First index of the synthetic training split that this run saw; pools of batches are counted from it.</summary>
    public long FirstSample { get; set; }

    /// <summary>Next index of the synthetic training split.</summary>
    public long NextSample { get; set; }

    public long NextTextOnly { get; set; }

    public long VisionSamples { get; set; }

    public long JointSamples { get; set; }

    /// <summary>Sums of the losses since the last line of metrics, and over how many steps.</summary>
    public double[] Sums { get; set; } = [];

    public int Summed { get; set; }
}
