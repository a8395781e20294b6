using System.CommandLine;

namespace MultiModalMesh.Mesh.CommandLine.Data;

/// <summary><c>mesh data</c>: looks at data sets and turns them into shards. Needs no server.</summary>
internal static class DataCommand
{
    public static Command Create() => new("data", "Look at data sets (MSCOCO, Flickr30k, VQA v2, Visual Genome, folders, JSON, CSV, WebDataset), check and convert them.")
    {
        InspectCommand.Create(),
        ConvertCommand.Create(),
        PreviewCommand.Create(),
    };
}
