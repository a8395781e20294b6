namespace MultiModalMesh.Inference.Tokenizers;

/// <summary>Reads the <c>normalizer</c> and the <c>pre_tokenizer</c> of a <c>tokenizer.json</c>.</summary>
internal static class TextStepReader
{
    public static Normalizer ReadNormalizer(JsonField? normalizer)
    {
        List<NormalizerStep> steps = [];
        if (normalizer is { } field)
        {
            ReadNormalizer(field, steps);
        }

        return new Normalizer(steps);
    }

    public static PreTokenizer ReadPreTokenizer(JsonField? preTokenizer)
    {
        if (preTokenizer is not { } step)
        {
            return new PreTokenizerSequence([]);
        }

        switch (step.Type())
        {
            case "ByteLevel":
                return new ByteLevelPreTokenizer(step.Flag("add_prefix_space", true), step.Flag("use_regex", true));
            case "Digits":
                return new DigitsPreTokenizer(step.Flag("individual_digits"));
            case "Metaspace":
                return new MetaspacePreTokenizer(
                    MetaspacePreTokenizer.ReadReplacement(step), MetaspacePreTokenizer.ReadScheme(step), step.Flag("split", true));
            case "WhitespaceSplit":
                return new SplitPreTokenizer(new TextPattern(new(@"\s")), SplitBehavior.Removed, invert: false);
            case "Split":
                var behavior = step.Get("behavior");
                return Enum.TryParse<SplitBehavior>(behavior.Text(), out var known) && behavior.Text() == known.ToString()
                    ? new SplitPreTokenizer(TextPattern.Read(step.Get("pattern")), known, step.Flag("invert"))
                    : throw behavior.Unsupported(behavior.Text(), string.Join(", ", Enum.GetNames<SplitBehavior>()));
            case "Sequence":
                return new PreTokenizerSequence([.. step.Get("pretokenizers").Items().Select(child => ReadPreTokenizer(child))]);
            case var other:
                throw step.Get("type").Unsupported(other, "ByteLevel, Digits, Metaspace, WhitespaceSplit, Split, Sequence");
        }
    }

    private static void ReadNormalizer(JsonField step, List<NormalizerStep> steps)
    {
        switch (step.Type())
        {
            case "NFC":
                steps.Add(new RewriteStep(text => UnicodeForms.Compose(text, compatibility: false)));
                break;
            case "NFD":
                steps.Add(new RewriteStep(text => UnicodeForms.Decompose(text, compatibility: false)));
                break;
            case "NFKC":
                steps.Add(new RewriteStep(text => UnicodeForms.Compose(text, compatibility: true)));
                break;
            case "NFKD":
                steps.Add(new RewriteStep(text => UnicodeForms.Decompose(text, compatibility: true)));
                break;
            case "Lowercase":
                // Character by character, as the reference does it: no final sigma, and the one capital whose small letter takes two characters.
                steps.Add(new RewriteStep(text => text.ToLowerInvariant().Replace("\u0130", "i\u0307", StringComparison.Ordinal)));
                break;
            case "Strip":
                steps.Add(new StripStep(step.Flag("strip_left", true), step.Flag("strip_right", true)));
                break;
            case "StripAccents":
                steps.Add(new StripAccentsStep());
                break;
            case "Prepend":
                var prefix = step.Get("prepend").Text();
                steps.Add(new RewriteStep(text => text.Length == 0 ? text : prefix + text));
                break;
            case "Replace":
                steps.Add(new ReplaceStep(TextPattern.Read(step.Get("pattern")), step.Text("content") ?? ""));
                break;
            case "Precompiled":
                steps.Add(CharacterMap.Read(step.Get("precompiled_charsmap")));
                break;
            case "Sequence":
                foreach (var child in step.Get("normalizers").Items())
                {
                    ReadNormalizer(child, steps);
                }

                break;
            case var other:
                throw step.Get("type").Unsupported(
                    other, "NFC, NFD, NFKC, NFKD, Lowercase, Strip, StripAccents, Prepend, Replace, Precompiled, Sequence");
        }
    }
}
