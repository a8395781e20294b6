using System.Text;

namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>Reads the <c>decoder</c> of a <c>tokenizer.json</c>: makers of the stages, in their order.</summary>
internal static class DecoderReader
{
    public static IReadOnlyList<Func<DecoderStage, DecoderStage>> Read(JsonField? decoder)
    {
        List<Func<DecoderStage, DecoderStage>> stages = [];
        if (decoder is { } field)
        {
            Read(field, stages);
        }
        else
        {
            stages.Add(next => new SpacedStage { Next = next });
        }

        return stages;
    }

    private static void Read(JsonField step, List<Func<DecoderStage, DecoderStage>> stages)
    {
        switch (step.Type())
        {
            case "ByteLevel":
                stages.Add(next => new ByteLevelStage { Next = next });
                break;
            case "ByteFallback":
                stages.Add(next => new ByteFallbackStage { Next = next });
                break;
            case "Fuse":
                stages.Add(next => new FuseStage { Next = next });
                break;
            case "Metaspace":
                var sign = MetaspacePreTokenizer.ReadReplacement(step);
                var prepended = MetaspacePreTokenizer.ReadScheme(step) != PrependScheme.Never;
                stages.Add(next => new MetaspaceStage(sign, prepended) { Next = next });
                break;
            case "Replace":
                var pattern = TextPattern.Read(step.Get("pattern"));
                var content = step.Text("content") ?? "";
                stages.Add(next => new ReplaceStage(pattern, content) { Next = next });
                break;
            case "Strip":
                var stripped = step.Get("content");
                if (Rune.DecodeFromUtf16(stripped.Text(), out var rune, out var length) != System.Buffers.OperationStatus.Done || length != stripped.Text().Length)
                {
                    throw stripped.Invalid("is not one character");
                }

                var (start, stop) = (step.Get("start").Integer(), step.Get("stop").Integer());
                stages.Add(next => new StripStage(rune, start, stop) { Next = next });
                break;
            case "BPEDecoder":
                var suffix = step.Text("suffix") ?? "</w>";
                stages.Add(next => new WordSuffixStage(suffix) { Next = next });
                break;
            case "Sequence":
                foreach (var child in step.Get("decoders").Items())
                {
                    Read(child, stages);
                }

                break;
            case var other:
                throw step.Get("type").Unsupported(other, "ByteLevel, ByteFallback, Fuse, Metaspace, Replace, Strip, BPEDecoder, Sequence");
        }
    }
}
