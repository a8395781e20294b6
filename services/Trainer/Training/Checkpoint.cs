using System.Text.Json;
using MultiModalMesh.Trainer.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace MultiModalMesh.Trainer.Training;

/// <summary>How far a run is.</summary>
internal sealed record RunState
{
    public PictoShape? Shape { get; init; }

    public long Step { get; set; }

    /// <summary>Optimizer steps; differs from <see cref="Step"/> after a start from shipped weights.</summary>
    public long OptimizerSteps { get; set; }

    /// <summary>Seconds spent training.</summary>
    public double Seconds { get; set; }

    /// <summary>Next index of the training split; a resumed run may repeat the last few batches of a pool.</summary>
    public long NextSample { get; set; }

    public long NextTextOnly { get; set; }

    public long VisionSamples { get; set; }

    public long JointSamples { get; set; }
}

/// <summary>One file: a line of JSON, then parameters, both moments and the buffers as little-endian floats. Written beside and renamed, so it is whole or old.</summary>
internal static class Checkpoint
{
    public const string FileName = "checkpoint.bin";

    public static void Save(string path, PictoModel model, AdamW? optimizer, RunState state)
    {
        var temporary = path + ".new";
        using (var file = File.Create(temporary))
        {
            file.Write(JsonSerializer.SerializeToUtf8Bytes(state with { Shape = model.Shape, OptimizerSteps = optimizer?.Steps ?? 0 }));
            file.WriteByte((byte)'\n');
            foreach (var tensor in Tensors(model, optimizer))
            {
                file.Write(tensor.bytes);
            }

            file.Flush(true);
        }

        File.Move(temporary, path, true);
    }

    public static PictoShape ReadShape(string path)
    {
        using var file = File.OpenRead(path);
        return Header(file).Shape ?? throw new InvalidDataException($"{path} does not say the shape of the model.");
    }

    public static RunState Load(string path, PictoModel model, AdamW? optimizer)
    {
        using var file = File.OpenRead(path);
        var state = Header(file);
        if (state.Shape != model.Shape)
        {
            throw new InvalidDataException($"{path} is of the shape {state.Shape}, not {model.Shape}.");
        }

        var values = model.Parameters.Values;
        file.ReadExactly(values.bytes);
        if (optimizer is null)
        {
            file.Seek(2 * values.bytes.Length, SeekOrigin.Current);
        }
        else
        {
            optimizer.Steps = state.OptimizerSteps;
            file.ReadExactly(optimizer.First.bytes);
            file.ReadExactly(optimizer.Second.bytes);
        }

        foreach (var buffer in Buffers(model))
        {
            file.ReadExactly(buffer.bytes);
        }

        return state;
    }

    private static RunState Header(FileStream file)
    {
        var line = new List<byte>();
        for (var b = file.ReadByte(); b != '\n' && b >= 0; b = file.ReadByte())
        {
            line.Add((byte)b);
        }

        return JsonSerializer.Deserialize<RunState>(line.ToArray()) ?? throw new InvalidDataException("An empty checkpoint.");
    }

    private static IEnumerable<Tensor> Buffers(PictoModel model) => model.Parameters.Declared.Where(d => d.IsBuffer).Select(d => model.Parameters[d.Name]);

    private static IEnumerable<Tensor> Tensors(PictoModel model, AdamW? optimizer)
    {
        var values = model.Parameters.Values;
        IEnumerable<Tensor> moments = optimizer is null ? [zeros_like(values), zeros_like(values)] : [optimizer.First, optimizer.Second];
        return [values, .. moments, .. Buffers(model)];
    }
}
