using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MultiModalMesh.Datasets.Examples;

namespace MultiModalMesh.Datasets.Index;

/// <summary>The split of an example in a data set that has none: by its id alone, so that it stays there whatever is added.</summary>
internal static class SplitChoice
{
    public static Split Of(string id, DatasetOptions options)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{options.SplitSeed}/{id}"));
        var at = BinaryPrimitives.ReadUInt32LittleEndian(hash) / (double)uint.MaxValue;
        return at < options.TestShare ? Split.Test : at < options.TestShare + options.ValidationShare ? Split.Validation : Split.Train;
    }

    /// <summary>What the name of a file or folder says: <c>captions_val2017.json</c>, <c>train</c>, <c>shard-test-0001.tar</c>.</summary>
    public static Split? FromName(string name)
    {
        var words = name.ToLowerInvariant().Split(['_', '-', '.', '/', '\\', ' '], StringSplitOptions.RemoveEmptyEntries);
        return words.Select(word => word.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9')).Select(FromWord).FirstOrDefault(split => split is not null);
    }

    /// <summary>As data sets write it; Karpathy's <c>restval</c> is the rest of COCO's validation pictures, which everyone trains on.</summary>
    public static Split? FromWord(string word) => word.ToLowerInvariant() switch
    {
        "train" or "training" or "restval" => Split.Train,
        "val" or "valid" or "validation" or "dev" or "minival" => Split.Validation,
        "test" or "testing" or "test-dev" or "testdev" or "test-std" => Split.Test,
        _ => null,
    };
}
