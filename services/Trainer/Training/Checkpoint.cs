using System.Security.Cryptography;
using System.Text.Json;
using MultiModalMesh.Trainer.Model;
using TorchSharp;
using static TorchSharp.torch;

namespace MultiModalMesh.Trainer.Training;

/// <summary>What a checkpoint holds beside the state.</summary>
/// <param name="Average">Null where none is kept.</param>
internal sealed record Trainee(PictoModel Model, AdamW? Optimizer, AveragedWeights? Average);

/// <summary>
/// One file: a line of JSON, then parameters, both moments, the average where there is one, and the buffers as little-endian floats, then the SHA-256 of all
/// before it. Written beside, flushed to the disk and renamed, so a file of that name was whole once; the hash tells whether it still is.
/// </summary>
internal static class Checkpoint
{
    private const int HashBytes = 32;

    public static void Save(string path, Trainee trainee, RunState state)
    {
        var temporary = path + ".new";
        using (var file = File.Create(temporary))
        using (var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256))
        {
            var header = new Header(state with { Shape = trainee.Model.Shape, OptimizerSteps = trainee.Optimizer?.Steps ?? 0 }, trainee.Average is not null, trainee.Model.Parameters.Values.numel());
            Write(JsonSerializer.SerializeToUtf8Bytes(header));
            Write("\n"u8);
            foreach (var tensor in Tensors(trainee))
            {
                using var host = tensor.cpu();
                Write(host.bytes);
            }

            file.Write(hash.GetHashAndReset());
            file.Flush(flushToDisk: true);

            void Write(ReadOnlySpan<byte> bytes)
            {
                file.Write(bytes);
                hash.AppendData(bytes);
            }
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <exception cref="InvalidDataException">The file is damaged, or of another model.</exception>
    public static RunState Load(string path, Trainee trainee)
    {
        Verify(path);
        using var file = File.OpenRead(path);
        var header = ReadHeader(file, path);
        var values = trainee.Model.Parameters.Values;
        if (header.State.Shape != trainee.Model.Shape || header.Parameters != values.numel())
        {
            throw new InvalidDataException($"it is of the shape {header.State.Shape} with {header.Parameters} parameters, not {trainee.Model.Shape} with {values.numel()}");
        }

        Read(file, values);
        if (trainee.Optimizer is { } optimizer)
        {
            optimizer.Steps = header.State.OptimizerSteps;
            Read(file, optimizer.First);
            Read(file, optimizer.Second);
        }
        else
        {
            file.Seek(2 * values.numel() * sizeof(float), SeekOrigin.Current);
        }

        if (trainee.Average is { } average && header.HasAverage)
        {
            Read(file, average.Values);
        }
        else if (header.HasAverage)
        {
            file.Seek(values.numel() * sizeof(float), SeekOrigin.Current);
        }
        else
        {
            trainee.Average?.Values.copy_(values.detach());
        }

        foreach (var buffer in trainee.Model.Parameters.Buffers)
        {
            Read(file, buffer);
        }

        return header.State;
    }

    private static void Verify(string path)
    {
        using var file = File.OpenRead(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var left = file.Length - HashBytes;
        if (left < 0)
        {
            throw new InvalidDataException($"it has only {file.Length} bytes");
        }

        var buffer = new byte[1 << 20];
        while (left > 0)
        {
            var read = file.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, left)));
            hash.AppendData(buffer.AsSpan(0, read));
            left -= read;
        }

        var stored = new byte[HashBytes];
        file.ReadExactly(stored);
        if (!stored.AsSpan().SequenceEqual(hash.GetHashAndReset()))
        {
            throw new InvalidDataException("its contents do not have the hash that it states");
        }
    }

    private static Header ReadHeader(FileStream file, string path)
    {
        var line = new List<byte>();
        for (var b = file.ReadByte(); b != '\n' && b >= 0; b = file.ReadByte())
        {
            line.Add((byte)b);
        }

        return JsonSerializer.Deserialize<Header>(line.ToArray()) ?? throw new InvalidDataException($"{path} has no header");
    }

    private static void Read(FileStream file, Tensor target)
    {
        using var inference = no_grad();
        using var host = empty(target.shape, device: CPU);
        file.ReadExactly(host.bytes);
        using var stored = target.detach();
        stored.copy_(host);
    }

    private static IEnumerable<Tensor> Tensors(Trainee trainee)
    {
        var values = trainee.Model.Parameters.Values;
        IEnumerable<Tensor> moments = trainee.Optimizer is { } optimizer ? [optimizer.First, optimizer.Second] : [zeros_like(values), zeros_like(values)];
        IEnumerable<Tensor> average = trainee.Average is null ? [] : [trainee.Average.Values];
        return [values, .. moments, .. average, .. trainee.Model.Parameters.Buffers];
    }

    private sealed record Header(RunState State, bool HasAverage, long Parameters);
}
