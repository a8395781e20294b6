using System.Collections.Frozen;

namespace MultiModalMesh.Evaluation.Questions;

/// <summary>Contractions that lost an apostrophe, and how they are spelled; the list of VQA v2's evaluation code.</summary>
internal static class Contractions
{
    private const string Regular =
        """
        ain't aren't can't could've couldn't didn't doesn't don't hadn't hasn't haven't he'd he's how'd how'll how's isn't it'd it'll ma'am mightn't might've
        mustn't must've needn't not've o'clock oughtn't shan't should've shouldn't somebody'll somebody's someone'd someone'll someone's something'd something'll
        that's there'd there're there's they'd they'll they're they've wasn't we've weren't what'll what're what's what've when's where'd where's where've who'd
        who'll who's who've why'll why're why's won't would've wouldn't y'all you'd you'll you're you've
        """;

    // These may lose either of two apostrophes.
    private const string WithHave = "couldn't hadn't he'd it'd mightn't she'd shouldn't somebody'd someone'd something'd there'd they'd we'd wouldn't y'all'd you'd";

    public static FrozenDictionary<string, string> Spelled { get; } = Build().ToFrozenDictionary(StringComparer.Ordinal);

    private static Dictionary<string, string> Build()
    {
        char[] space = [' ', '\n', '\r'];
        var spelled = Regular.Split(space, StringSplitOptions.RemoveEmptyEntries).ToDictionary(word => word.Replace("'", "", StringComparison.Ordinal), word => word, StringComparer.Ordinal);
        foreach (var word in WithHave.Split(' '))
        {
            spelled[word.Remove(word.IndexOf('\'', StringComparison.Ordinal), 1) + "'ve"] = word + "'ve";
            spelled[word + "ve"] = word + "'ve";
        }

        spelled["y'alld've"] = "y'all'd've";
        spelled["yall'll"] = spelled["y'allll"] = "y'all'll";
        spelled["ow's'at"] = spelled["'ows'at"] = spelled["'ow'sat"] = "'ow's'at";
        spelled["twas"] = "'twas";

        // The original maps this one the wrong way round.
        spelled["somebody'd"] = "somebodyd";
        return spelled;
    }
}
