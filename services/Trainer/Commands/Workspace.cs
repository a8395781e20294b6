using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Tokenizers;
using MultiModalMesh.Trainer.Evaluation;
using MultiModalMesh.Trainer.Model;
using MultiModalMesh.Trainer.Settings;
using MultiModalMesh.Trainer.Training;
using TorchSharp;

namespace MultiModalMesh.Trainer.Commands;

/// <summary>A run folder: configuration, tokenizer, checkpoints, metrics; and the objects that every command builds from it.</summary>
internal sealed class Workspace
{
    public const string TokenizerName = "tokenizer.json", PreprocessorName = "preprocessor_config.json";

    /// <summary>Of the initial weights and of the shipped model's run.</summary>
    public const long Seed = 20_240_601;

    private readonly Lazy<ArtLibrary> _art;
    private readonly Lazy<PatchClasses> _classes;
    private readonly Lazy<Objective> _objective;

    public Workspace(string folder)
    {
        Folder = folder;
        Settings = SettingsFile.Read(SettingsPath(folder));
        Tokenizer = Tokenizer.Load(Path.Combine(folder, TokenizerName));
        torch.set_num_threads(Settings.Threads > 0 ? Settings.Threads : Environment.ProcessorCount);
        var device = Devices.Select(Settings.Device);
        torch.manual_seed(Seed);
        Encoder = new DialogueEncoder(Tokenizer);
        Shape = new PictoShape { Vocabulary = Tokenizer.VocabularySize };
        var lora = Settings.Lora;
        Model = new PictoModel(Shape, Seed, lora.Rank > 0 ? new LowRank(lora.Rank, lora.Alpha, lora.Targets) : null);
        Model.Parameters.Precision = Devices.PrecisionOf(Settings.Precision, device);
        new LearningRates(Shape, Settings.Optimization, lora.Rank > 0).Apply(Model.Parameters);
        Composer = new BatchComposer(Shape, Encoder);
        Network = new BatchLogits(Model);
        _art = new(() => LoadArt(folder));
        _classes = new(() => new PatchClasses(Art, Encoder));
        _objective = new(() => new Objective(Model, Network, Classes, new KindSentences(Art, Encoder)));
    }

    public string Folder { get; }

    public TrainingSettings Settings { get; }

    public ArtLibrary Art => _art.Value;

    public Tokenizer Tokenizer { get; }

    public DialogueEncoder Encoder { get; }

    public PatchClasses Classes => _classes.Value;

    public PictoShape Shape { get; }

    public PictoModel Model { get; }

    public BatchComposer Composer { get; }

    public BatchLogits Network { get; }

    public Objective Objective => _objective.Value;

    public Evaluator Evaluator => new(Model, Network, Composer);

    public static string SettingsPath(string folder) => Path.Combine(folder, SettingsFile.Name);

    /// <summary>The rasterised art, kept beside the run.</summary>
    public static ArtLibrary LoadArt(string folder) => ArtLibrary.Load(Path.Combine(folder, "art.atlas"));

    /// <summary>The weights of the last checkpoint: the averaged ones where the run keeps an average.</summary>
    /// <exception cref="MeshException">There is none.</exception>
    public RunState LoadTrained()
    {
        var average = Settings.Optimization.EmaDecay > 0 ? new AveragedWeights(Model.Parameters, Settings.Optimization.EmaDecay) : null;
        var state = new CheckpointFolder(Folder).LoadNewest(new Trainee(Model, null, average), Console.Error.WriteLine);
        _ = average?.Use();
        return state;
    }
}
