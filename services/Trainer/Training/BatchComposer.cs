using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Trainer.Model;

namespace MultiModalMesh.Trainer.Training;

/// <summary>Turns samples into batches. Thread-safe.</summary>
internal sealed class BatchComposer(PictoShape shape, DialogueEncoder encoder)
{
    /// <summary>Tokens of a sample's dialogue.</summary>
    public int Length(Sample sample) => encoder.Encode(sample.Turns, shape.Context - shape.Patches).Tokens.Count;

    public Batch Compose(IReadOnlyList<Sample> samples)
    {
        var patches = shape.Patches;
        var dialogues = samples.Select(s => encoder.Encode(s.Turns, shape.Context - patches)).ToArray();
        var captions = samples.Select(s => Sentence(s.RetrievalSentence)).ToArray();
        var text = Layout.Of(dialogues, patches);
        var captionLength = captions.Max(c => c.Length);
        var captionTokens = new long[samples.Count * captionLength];
        var captionMask = new float[samples.Count * captionLength];
        var pixels = new byte[samples.Count * shape.ImageSize * shape.ImageSize * 3];
        var labels = new long[samples.Count * patches];
        var centres = new float[samples.Count * patches * 2];
        var covered = new float[samples.Count * patches];
        var sequence = patches + text.Length;
        List<long> mentions = [], placed = [], pointers = [];
        List<float> meant = [], places = [], pointed = [];
        for (var i = 0; i < samples.Count; i++)
        {
            samples[i].Pixels.CopyTo(pixels.AsSpan(i * shape.ImageSize * shape.ImageSize * 3));
            for (var p = 0; p < patches; p++)
            {
                labels[(i * patches) + p] = samples[i].PatchLabels[p];
                if (Covering(samples[i], p) is { } covering)
                {
                    covered[(i * patches) + p] = 1;
                    centres[((i * patches) + p) * 2] = (covering.CenterX * shape.Grid) - (p % shape.Grid) - 0.5f;
                    centres[(((i * patches) + p) * 2) + 1] = (covering.CenterY * shape.Grid) - (p / shape.Grid) - 0.5f;
                }
            }

            foreach (var (position, objects) in dialogues[i].Mentions)
            {
                mentions.Add((i * (long)sequence) + patches + position);
                meant.AddRange(Looked(samples[i].Scene, objects, sequence, patches + position));
                if (objects is [var only])
                {
                    placed.Add(mentions[^1]);
                    places.AddRange([samples[i].Scene.Objects[only].CenterX * shape.Grid, samples[i].Scene.Objects[only].CenterY * shape.Grid]);
                }
            }

            foreach (var (target, objects) in dialogues[i].Pointers)
            {
                pointers.Add((i * (long)text.AnswerLength) + target);
                pointed.AddRange(Looked(samples[i].Scene, objects, sequence, patches + dialogues[i].Targets[target].Position));
            }

            for (var t = 0; t < captions[i].Length; t++)
            {
                captionTokens[(i * captionLength) + t] = captions[i][t];
                captionMask[(i * captionLength) + t] = 1;
            }
        }

        return new Batch
        {
            Count = samples.Count,
            Pixels = pixels,
            PatchLabels = labels,
            Centres = centres,
            Covered = covered,
            Tokens = text.Tokens,
            TextLength = text.Length,
            AnswerPositions = text.AnswerPositions,
            AnswerLength = text.AnswerLength,
            AnswerIndex = text.AnswerIndex,
            Targets = text.Targets,
            TargetTurns = text.TargetTurns,
            Mentions = new Gaze([.. mentions], [.. meant]),
            Places = new Places([.. placed], [.. places]),
            Pointers = new Gaze([.. pointers], [.. pointed]),
            Captions = captionTokens,
            CaptionMask = captionMask,
            CaptionLength = captionLength,
            Sentences = [.. samples.Select(s => s.RetrievalSentence)],
            Scenes = [.. samples.Select(s => s.Scene)],
            Turns = [.. samples.Select(s => s.Turns)],
        };
    }

    /// <summary>Dialogues without pictures: positions count from the first token.</summary>
    public Batch Compose(IReadOnlyList<IReadOnlyList<DialogueTurn>> dialogues)
    {
        var text = Layout.Of([.. dialogues.Select(d => encoder.Encode(d, shape.Context))], 0);
        return new Batch
        {
            Count = dialogues.Count,
            Tokens = text.Tokens,
            TextLength = text.Length,
            AnswerPositions = text.AnswerPositions,
            AnswerLength = text.AnswerLength,
            AnswerIndex = text.AnswerIndex,
            Targets = text.Targets,
            TargetTurns = text.TargetTurns,
            Turns = dialogues,
        };
    }

    /// <summary>As much as the text encoder reads; a blank where there is none, since a mean over no token would not be a number.</summary>
    private int[] Sentence(string text) => encoder.Encode(text.Length == 0 ? " " : text) is var ids && ids.Length > shape.TextContext ? ids[..shape.TextContext] : ids;

    /// <summary>The object of the patch's kind that is nearest to it; objects do not overlap.</summary>
    private SceneObject? Covering(Sample sample, int patch)
    {
        var (x, y) = (((patch % shape.Grid) + 0.5f) / shape.Grid, ((patch / shape.Grid) + 0.5f) / shape.Grid);
        return sample.Scene.Objects.Where(o => o.Kind == sample.PatchLabels[patch]).MinBy(o => MathF.Pow(o.CenterX - x, 2) + MathF.Pow(o.CenterY - y, 2));
    }

    /// <summary>[sequence] 1 for each patch whose centre is in the box of one of the objects; without objects, for the position itself.</summary>
    private float[] Looked(Scene scene, IReadOnlyList<int> objects, int sequence, int self)
    {
        var looked = new float[sequence];
        if (objects.Count == 0)
        {
            looked[self] = 1;
        }

        foreach (var target in objects.Select(i => scene.Objects[i]))
        {
            // A thin object may lie between the centres of patches.
            looked[Patch(target.CenterX, target.CenterY)] = 1;
            for (var p = 0; p < shape.Patches; p++)
            {
                var (x, y) = (((p % shape.Grid) + 0.5f) / shape.Grid, ((p / shape.Grid) + 0.5f) / shape.Grid);
                if (Math.Abs(x - target.CenterX) <= target.Width / 2 && Math.Abs(y - target.CenterY) <= target.Height / 2)
                {
                    looked[p] = 1;
                }
            }
        }

        return looked;
    }

    private int Patch(float x, float y) => (Math.Clamp((int)(y * shape.Grid), 0, shape.Grid - 1) * shape.Grid) + Math.Clamp((int)(x * shape.Grid), 0, shape.Grid - 1);

    private sealed record Layout(long[] Tokens, int Length, long[] AnswerPositions, int AnswerLength, long[] AnswerIndex, long[] Targets, (int, int)[] TargetTurns)
    {
        public static Layout Of(EncodedDialogue[] dialogues, int prefix)
        {
            // A batch for the contrastive loss alone has no dialogues.
            var length = Math.Max(1, dialogues.Max(d => d.Tokens.Count));
            var answers = dialogues.Max(d => d.Targets.Count);
            var tokens = new long[dialogues.Length * length];
            var positions = new long[dialogues.Length * answers];
            List<long> index = [], targets = [];
            List<(int, int)> turns = [];
            for (var i = 0; i < dialogues.Length; i++)
            {
                for (var t = 0; t < dialogues[i].Tokens.Count; t++)
                {
                    tokens[(i * length) + t] = dialogues[i].Tokens[t];
                }

                for (var a = 0; a < dialogues[i].Targets.Count; a++)
                {
                    var (position, token, turn) = dialogues[i].Targets[a];
                    positions[(i * answers) + a] = prefix + position;
                    index.Add((i * answers) + a);
                    targets.Add(token);
                    turns.Add((i, turn));
                }
            }

            return new Layout(tokens, length, positions, answers, [.. index], [.. targets], [.. turns]);
        }
    }
}
