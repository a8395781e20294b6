using System.Globalization;
using System.Text.Json;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Trainer.Training;

/// <summary>The last checkpoints of a run. A damaged one is left aside, and the one before is taken.</summary>
/// <param name="run">The run's folder.</param>
internal sealed class CheckpointFolder(string run)
{
    private readonly string _folder = Path.Combine(run, "checkpoints");

    public bool IsEmpty => Newest().Length == 0;

    /// <returns>The path of the new checkpoint.</returns>
    public string Save(Trainee trainee, RunState state, int keep)
    {
        Directory.CreateDirectory(_folder);
        var path = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"step-{state.Step:D9}.ckpt"));
        Checkpoint.Save(path, trainee, state);
        foreach (var old in Newest().Skip(keep))
        {
            File.Delete(old);
        }

        return path;
    }

    /// <param name="trainee">Receives the weights.</param>
    /// <param name="say">Hears of damaged files.</param>
    /// <exception cref="MeshException">No checkpoint can be read.</exception>
    public RunState LoadNewest(Trainee trainee, Action<string> say)
    {
        foreach (var path in Newest())
        {
            try
            {
                return Checkpoint.Load(path, trainee);
            }
            catch (Exception e) when (e is InvalidDataException or JsonException or EndOfStreamException)
            {
                say($"The checkpoint {path} is damaged: {e.Message}. Going back to the one before.");
            }
        }

        throw new MeshException(ErrorReason.StorageFailed, $"{_folder} has no checkpoint that can be read. Train the run first, or take another folder.");
    }

    private string[] Newest() =>
        Directory.Exists(_folder) ? [.. Directory.EnumerateFiles(_folder, "step-*.ckpt").OrderByDescending(p => p, StringComparer.Ordinal)] : [];
}
