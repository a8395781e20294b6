using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Vision.V1;

namespace MultiModalMesh.Grains.Dialogues;

/// <summary>What a decoder is sent for a turn: the turns before it that were answered, with their pictures, then the turn itself.</summary>
internal static class ConversationPrompt
{
    /// <summary>The decoder's contract allows 1,000 messages; an answered turn is two of them.</summary>
    private const int MaxEarlierTurns = 400;

    public const string DescribeText = "Describe the picture.";

    public static GenerateRequest For(DialogueKey key, DialogueState dialogue, TurnRecord turn)
    {
        var request = new GenerateRequest
        {
            CacheKey = key.ToString(),
            Tenant = key.Tenant,
            MaxNewTokens = turn.Options.MaxTokens,
            Sampling = new Sampling { Temperature = turn.Options.Temperature, TopP = turn.Options.TopP, Seed = turn.Seed },
            Constraint = ToConstraint(turn.Options.Format),
            PrefixTokenIds = { turn.TokenIds },
        };
        var earlier = dialogue.Turns.TakeWhile(one => one.TurnId != turn.TurnId).ToList();
        var answered = earlier.Where(IsConversation).TakeLast(MaxEarlierTurns).ToHashSet();

        // Pictures of turns that are left out belong to the dialogue all the same: they come with the next turn that is not.
        List<string> carried = [];
        foreach (var one in earlier.Where(one => one.Skill != Skill.Search))
        {
            carried.AddRange(one.ImageIds);
            if (answered.Contains(one))
            {
                request.Messages.Add(UserMessage(key.Tenant, one.Text, carried));
                request.Messages.Add(new Message { Role = Message.Types.Role.Assistant, Text = one.Answer });
                carried.Clear();
            }
        }

        carried.AddRange(turn.ImageIds);
        var text = string.IsNullOrWhiteSpace(turn.Text) && carried.Count == 0 ? DescribeText : turn.Text;
        request.Messages.Add(UserMessage(key.Tenant, text, carried));
        return request;
    }

    /// <summary>Whether the dialogue shows pictures to a turn that comes next.</summary>
    public static bool HasPictures(DialogueState dialogue) => dialogue.Turns.Exists(turn => turn.Skill != Skill.Search && turn.ImageIds.Length > 0);

    public static Constraint? ToConstraint(AnswerFormat? format) => format switch
    {
        null => null,
        { Choices.Count: > 0 } => new Constraint { Choices = new Choices { Texts = { format.Choices } } },
        _ => new Constraint { JsonSchema = format.JsonSchema },
    };

    private static bool IsConversation(TurnRecord turn) => turn.State == TurnState.Done && turn.Skill != Skill.Search;

    public static Message UserMessage(string tenant, string text, IEnumerable<string> images) => new()
    {
        Role = Message.Types.Role.User,
        Text = text,
        Images = { images.Select(image => new ImageReference { Tenant = tenant, ImageId = image }) },
    };
}
