using Google.Protobuf.WellKnownTypes;
using MultiModalMesh.Assistant.V1;
using MultiModalMesh.Grains.Dialogues;

namespace MultiModalMesh.Gateway.Assistant;

/// <summary>Grain messages as protobuf. Skills and states have the same numbers on both sides.</summary>
internal static class AssistantMessages
{
    public static Dialogue ToProto(DialogueView dialogue) => new()
    {
        DialogueId = dialogue.DialogueId,
        Title = dialogue.Title,
        CreateTime = dialogue.CreatedAt.ToTimestamp(),
        UpdateTime = dialogue.UpdatedAt.ToTimestamp(),
        TurnCount = dialogue.Turns.Count,
        Turns = { dialogue.Turns.Select(ToProto) },
    };

    public static Grains.Dialogues.TurnOptions FromProto(MultiModalMesh.Assistant.V1.TurnOptions? options) => options is null ? new Grains.Dialogues.TurnOptions() : new Grains.Dialogues.TurnOptions
    {
        MaxTokens = options.MaxTokens,
        Temperature = options.Temperature,
        TopP = options.TopP,
        Seed = options.Seed,
        Model = options.Model,
        Collection = options.Collection,
        Limit = options.Limit,
        Format = FromProto(options.Format),
    };

    private static Grains.Dialogues.AnswerFormat? FromProto(MultiModalMesh.Assistant.V1.AnswerFormat? format) => format?.KindCase switch
    {
        null => null,
        MultiModalMesh.Assistant.V1.AnswerFormat.KindOneofCase.JsonSchema => new Grains.Dialogues.AnswerFormat { JsonSchema = format.JsonSchema },
        _ => new Grains.Dialogues.AnswerFormat { Choices = [.. format.Choices?.Texts ?? []] },
    };

    public static Turn ToProto(TurnView turn)
    {
        var result = new Turn
        {
            TurnId = turn.TurnId,
            RequestId = turn.RequestId,
            Text = turn.Text,
            ImageIds = { turn.ImageIds },
            Answer = turn.Answer,
            State = (MultiModalMesh.Assistant.V1.TurnState)turn.State,
            Skill = (MultiModalMesh.Assistant.V1.Skill)turn.Skill,
            CreateTime = turn.CreatedAt.ToTimestamp(),
            Hits = { turn.Hits.Select(ToProto) },
            Model = turn.Model,
        };
        if (turn.Usage is { } usage)
        {
            result.Usage = new Usage { PromptTokens = usage.PromptTokens, CachedTokens = usage.CachedTokens, CompletionTokens = usage.CompletionTokens };
        }

        if (turn.Confidence is { } confidence)
        {
            result.Confidence = confidence.Probability;
            result.Uncertain = confidence.IsUncertain;
        }

        if (turn.Error is { } error)
        {
            result.Error = new MultiModalMesh.Assistant.V1.TurnError { Reason = error.Reason, Message = error.Message };
        }

        return result;
    }

    private static MultiModalMesh.Assistant.V1.SearchHit ToProto(Grains.Dialogues.SearchHit hit) => new()
    {
        Id = hit.Id,
        Score = hit.Score,
        Payload = Struct.Parser.ParseJson(hit.PayloadJson.Length == 0 ? "{}" : hit.PayloadJson),
    };
}
