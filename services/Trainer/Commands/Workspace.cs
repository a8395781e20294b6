using MultiModalMesh.Data.Scenes;
using MultiModalMesh.Inference.Tokenizers;
using MultiModalMesh.Trainer.Model;
using MultiModalMesh.Trainer.Tokenization;
using MultiModalMesh.Trainer.Training;
using TorchSharp;

namespace MultiModalMesh.Trainer.Commands;

/// <summary>A run folder: tokenizer, checkpoint, metrics; and the objects that every command builds from it.</summary>
internal sealed class Workspace
{
    public const string TokenizerName = "tokenizer.json";

    public const int Vocabulary = 1_500, CorpusSamples = 20_000;

    public const long Seed = 20_240_601;

    public Workspace(string folder)
    {
        Folder = folder;
        Art = LoadArt(folder);
        Tokenizer = Tokenizer.Load(Path.Combine(folder, TokenizerName));
        torch.set_num_threads(Math.Max(1, Environment.ProcessorCount));
        torch.manual_seed(Seed);
        Encoder = new DialogueEncoder(Tokenizer);
        Classes = new PatchClasses(Art, Encoder);
        Shape = new PictoShape { Vocabulary = Tokenizer.VocabularySize };
        Model = new PictoModel(Shape, Seed);
        Composer = new BatchComposer(Shape, Encoder);
        Objective = new Objective(Model, Classes);
    }

    public string Folder { get; }

    public ArtLibrary Art { get; }

    public Tokenizer Tokenizer { get; }

    public DialogueEncoder Encoder { get; }

    public PatchClasses Classes { get; }

    public PictoShape Shape { get; }

    public PictoModel Model { get; }

    public BatchComposer Composer { get; }

    public Objective Objective { get; }

    public string CheckpointPath => Path.Combine(Folder, Checkpoint.FileName);

    /// <summary>Writes the tokenizer unless the run has one: weights mean nothing under another.</summary>
    public static void Prepare(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, TokenizerName);
        if (!File.Exists(path))
        {
            var art = LoadArt(folder);
            TokenizerWriter.Write(path, art, SceneText.Corpus(new SampleSource(art, Split.Train), CorpusSamples), Vocabulary);
        }
    }

    private static ArtLibrary LoadArt(string folder) => ArtLibrary.Load(Path.Combine(folder, "art.atlas"));
}
