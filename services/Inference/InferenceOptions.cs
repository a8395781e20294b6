using System.ComponentModel.DataAnnotations;
using MultiModalMesh.Inference.Devices;
using MultiModalMesh.Inference.Pictures;

namespace MultiModalMesh.Inference;

/// <summary>How models are run in a process. Sizes in bytes.</summary>
public sealed class InferenceOptions
{
    /// <summary>Threads of the one pool that all sessions share; 0 means the processors that this process may use: those of
    /// <see cref="CpuAffinity"/>, a container's limit and <c>DOTNET_PROCESSOR_COUNT</c> included. The first model that a process opens decides.</summary>
    [Range(0, 1024)]
    public int Threads { get; set; }

    /// <summary>
    /// Where models run: <c>cpu</c>, <c>cuda</c>, <c>cuda:&lt;index&gt;</c>, <c>cuda:GPU-&lt;uuid&gt;</c>; or several with commas between, the best
    /// first, of which the first that works is taken.
    /// </summary>
    public string Device { get; set; } = InferenceDevice.CpuName;

    /// <summary>The processors that the whole process is bound to, such as <c>0-3,8</c>; empty: any that it may use.</summary>
    public string CpuAffinity { get; set; } = "";

    /// <summary>How a GPU is used.</summary>
    public CudaOptions Cuda { get; set; } = new();

    /// <summary>
    /// Which of a published pack's graphs are run, by their suffix: <c>fp32</c>, <c>fp16</c>, <c>int8</c>, <c>uint8</c>, <c>quantized</c>, <c>q4</c>,
    /// <c>q4f16</c>, <c>bnb4</c>; <c>auto</c>: what suits the device, of those that are there.
    /// </summary>
    [RegularExpression("^(auto|fp32|fp16|int8|uint8|quantized|q4|q4f16|bnb4)$")]
    public string Variant { get; set; } = "auto";

    /// <summary>Compares every file of a pack with its SHA-256 at load; sizes are always compared.</summary>
    public bool VerifyChecksums { get; set; } = true;

    /// <summary>Pictures, or texts, that wait for an encoder; one more is refused as overloaded. The last quarter is kept for interactive ones.</summary>
    [Range(1, 65_536)]
    public int EncoderQueueCapacity { get; set; } = 256;

    /// <summary>Pictures, or texts, encoded in one run.</summary>
    [Range(1, 256)]
    public int EncoderMaxBatch { get; set; } = 16;

    /// <summary>
    /// How long a free encoder may wait for more pictures, or texts, to run with those it has. It only does where several callers came at a time of
    /// late, and never for longer than half of what one of them takes to encode.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01")]
    public TimeSpan EncoderMaxDelay { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Memory for encodings of pictures that were seen before; 0: every picture is encoded anew, even beside its like.</summary>
    [Range(0, long.MaxValue)]
    public long ImageCacheBytes { get; set; } = 128L << 20;

    /// <summary>Memory for encodings of texts that were seen before; 0: every text is encoded anew.</summary>
    [Range(0, long.MaxValue)]
    public long TextCacheBytes { get; set; } = 16L << 20;

    /// <summary>Answers generated at the same time, a token each per step.</summary>
    [Range(1, 1024)]
    public int MaxConcurrentSequences { get; set; } = 16;

    /// <summary>Answers that may wait for a place; one more is refused as overloaded.</summary>
    [Range(1, 65_536)]
    public int MaxWaitingSequences { get; set; } = 64;

    /// <summary>Tokens, prompt and answer at its longest, of all answers that are generated or wait; one more answer is refused as overloaded.</summary>
    [Range(1, int.MaxValue)]
    public int MaxTokensInFlight { get; set; } = 131_072;

    /// <summary>By tenant: its share of a busy decoder, as a multiple of that of one that is not named. Above 0.</summary>
    public Dictionary<string, double> TenantWeights { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Memory for the keys and values of answers being generated, were each to become as long as it may; others wait until they fit.</summary>
    [Range(1 << 20, long.MaxValue)]
    public long RunningKvBytes { get; set; } = 2L << 30;

    /// <summary>Prompt positions computed in one step; between steps the answers that are under way go on.</summary>
    [Range(1, 65_536)]
    public int PrefillChunk { get; set; } = 128;

    /// <summary>Memory for the keys and values of earlier prompts.</summary>
    [Range(0, long.MaxValue)]
    public long PrefixCacheBytes { get; set; } = 256L << 20;

    /// <summary>What a picture may cost.</summary>
    public PictureLimits Pictures { get; set; } = new();
}
