namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>Ids that the post-processor puts before and after a single text.</summary>
internal sealed record Surroundings(int[] Prefix, int[] Suffix)
{
    public static readonly Surroundings None = new([], []);

    /// <summary>Reads the <c>post_processor</c> of a <c>tokenizer.json</c>.</summary>
    public static Surroundings Read(JsonField? postProcessor)
    {
        if (postProcessor is not { } step)
        {
            return None;
        }

        switch (step.Type())
        {
            case "ByteLevel":
                return None;
            case "RobertaProcessing" or "BertProcessing":
                return new([PairId(step.Get("cls"))], [PairId(step.Get("sep"))]);
            case "TemplateProcessing":
                return ReadTemplate(step);
            case "Sequence":
                // Each one surrounds what the one before it made.
                return step.Get("processors").Items().Select(child => Read(child))
                    .Aggregate(None, (inner, outer) => new([.. outer.Prefix, .. inner.Prefix], [.. inner.Suffix, .. outer.Suffix]));
            case var other:
                throw step.Get("type").Unsupported(other, "ByteLevel, RobertaProcessing, BertProcessing, TemplateProcessing, Sequence");
        }
    }

    private static int PairId(JsonField pair) =>
        pair.Items().ToList() is [_, var id] ? id.Integer() : throw pair.Invalid("is not a pair of a token and its id");

    private static Surroundings ReadTemplate(JsonField step)
    {
        List<int> prefix = [];
        List<int> suffix = [];
        var current = prefix;
        foreach (var item in step.Get("single").Items())
        {
            if (item.Find("Sequence") is not null)
            {
                current = suffix;
                continue;
            }

            var name = item.Get("SpecialToken").Get("id");
            if (step.Find("special_tokens")?.Find(name.Text()) is not { } entry)
            {
                throw name.Invalid($"'{name.Text()}' is not an entry of special_tokens");
            }

            current.AddRange(entry.Get("ids").Items().Select(id => id.Integer()));
        }

        return new([.. prefix], [.. suffix]);
    }
}
