using MultiModalMesh.Data.Scenes;

namespace MultiModalMesh.Data.Dialogues;

/// <summary>Fixed friendly answers to what is not about the picture.</summary>
internal static class SmallTalk
{
    public const string NeedsPicture = "Please show me a picture first.";

    private static readonly (string[] Prompts, string WithPicture, string Without)[] Topics =
    [
        (["hello", "hello!", "hi", "hi there!", "hey", "good morning!", "good evening"], "Hello! Ask me about the picture.", "Hello! Show me a picture."),
        (["thanks", "thank you!", "thank you very much", "great, thanks!", "thanks a lot"], "You are welcome!", "You are welcome!"),
        (["who are you?", "what are you?", "what is your name?", "what can you do?", "what do you do?"], "I am picto. I answer questions about pictures.", "I am picto. I answer questions about pictures."),
        (["bye", "goodbye", "bye bye!", "see you later"], "Goodbye!", "Goodbye!"),
        ([
            "what is the capital of france?", "what time is it?", "how is the weather today?", "tell me a joke.", "who wrote hamlet?", "what is two plus two?",
            "how old are you?", "can you write a poem?", "what is the meaning of life?", "who won the match yesterday?", "how do i cook rice?", "what is the news?",
        ], "I only know about what is in the picture.", "I only know about pictures. Please show me one."),
    ];

    public static Draft Ask(RandomStream random, bool withPicture)
    {
        var topic = random.Weighted([1, 1, 1, 0.5, 2]);
        var (prompts, with, without) = Topics[topic];
        return new Draft(QuestionKind.SmallTalk, $"talk {topic}", random.Pick(prompts), withPicture ? with : without);
    }
}
