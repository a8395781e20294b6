using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Trainer.Training;

/// <summary>Arrays of one step, ready to become tensors.</summary>
internal sealed class Batch
{
    /// <summary>Samples.</summary>
    public required int Count { get; init; }

    /// <summary>[count, height, width, 3]; empty for dialogues without pictures.</summary>
    public byte[] Pixels { get; init; } = [];

    /// <summary>[count * patches] class of each patch.</summary>
    public long[] PatchLabels { get; init; } = [];

    /// <summary>[count * patches * 2] from the patch's centre to the centre of the object that covers it, in patches.</summary>
    public float[] Centres { get; init; } = [];

    /// <summary>[count * patches] 1 where an object covers the patch.</summary>
    public float[] Covered { get; init; } = [];

    /// <summary>[count, <see cref="TextLength"/>] right-padded.</summary>
    public required long[] Tokens { get; init; }

    public required int TextLength { get; init; }

    /// <summary>[count, <see cref="AnswerLength"/>] positions that predict an answer's tokens, the prefix counted; padded by 0.</summary>
    public required long[] AnswerPositions { get; init; }

    public required int AnswerLength { get; init; }

    /// <summary>Flat indices of real answer positions.</summary>
    public required long[] AnswerIndex { get; init; }

    /// <summary>Token to predict at each of <see cref="AnswerIndex"/>.</summary>
    public required long[] Targets { get; init; }

    /// <summary>For each of <see cref="Targets"/>: sample in the batch and turn in its dialogue.</summary>
    public required (int Sample, int Turn)[] TargetTurns { get; init; }

    /// <summary>Where the nouns of questions must look; rows count positions of the sequence, patches first.</summary>
    public Gaze Mentions { get; init; } = new([], []);

    /// <summary>Centres of the objects that nouns mean, where it is one.</summary>
    public Places Places { get; init; } = new([], []);

    /// <summary>Where one must look to predict an answer's words; rows count answer positions.</summary>
    public Gaze Pointers { get; init; } = new([], []);

    /// <summary>[count, <see cref="CaptionLength"/>] retrieval sentences, right-padded.</summary>
    public long[] Captions { get; init; } = [];

    /// <summary>[count, <see cref="CaptionLength"/>] 1 for a token.</summary>
    public float[] CaptionMask { get; init; } = [];

    public int CaptionLength { get; init; }

    /// <summary>The sentences of <see cref="Captions"/>; empty where a sample has none.</summary>
    public IReadOnlyList<string> Sentences { get; init; } = [];

    /// <summary>What the pictures show; scenes without objects outside the synthetic world.</summary>
    public IReadOnlyList<Scene> Scenes { get; init; } = [];

    /// <summary>What the batch was made of.</summary>
    public IReadOnlyList<IReadOnlyList<DialogueTurn>> Turns { get; init; } = [];
}
