using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Gateway.Authentication;
using MultiModalMesh.Gateway.Chat;
using MultiModalMesh.Gateway.Streaming;

namespace MultiModalMesh.Gateway.OpenAi;

/// <summary>POST /v1/chat/completions.</summary>
internal static class ChatCompletionEndpoint
{
    public static void MapChatCompletions(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/chat/completions", CompleteAsync).WithTags("OpenAI")
            .Accepts<ChatCompletionBody>("application/json")
            .Produces<ChatCompletionJson>()
            .Produces<OpenAiError>(StatusCodes.Status400BadRequest)
            .Produces<OpenAiError>(StatusCodes.Status404NotFound)
            .Produces<OpenAiError>(StatusCodes.Status429TooManyRequests)
            .WithSummary("Complete a chat")
            .WithDescription(
                "OpenAI's chat completions, with pictures as image_url parts (data URLs or ids of stored pictures). With \"stream\": true the answer is server-sent events. "
                + "\"response_format\" holds the answer to a JSON schema or to any JSON object, \"structured_outputs\": {\"choice\": […]} (or \"guided_choice\") to one of some texts. "
                + "\"logprobs\" are those of the model before temperature and format.");

    private static async Task CompleteAsync(HttpContext context, ChatDesk chats, TimeProvider time, ILogger<ChatDesk> logger)
    {
        var request = ChatCompletionReader.Read(await RequestObject.ReadAsync(context.Request));
        var answer = new Answer($"chatcmpl-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))}", time.GetUtcNow().ToUnixTimeSeconds());
        var events = chats.GenerateAsync(context.Caller(), request.Chat, context.RequestAborted);
        if (request.Stream)
        {
            await AnswerStream.SendAsync(context, events, time, logger, (stream, item) => WriteAsync(stream, item, answer, request.IncludeUsage));
        }
        else
        {
            await context.Response.WriteAsJsonAsync(await CollectAsync(events, answer), context.RequestAborted);
        }
    }

    private static async Task<ChatCompletionJson> CollectAsync(IAsyncEnumerable<ChatEvent> events, Answer answer)
    {
        var text = new StringBuilder();
        var tokens = new List<Token?>();
        ChatEvent.Ended? ended = null;
        await foreach (var item in events)
        {
            switch (item)
            {
                case ChatEvent.Started started:
                    answer.Model = started.Model;
                    break;
                case ChatEvent.Delta delta:
                    text.Append(delta.Text);
                    tokens.Add(delta.Token);
                    break;
                case ChatEvent.Ended last:
                    ended = last;
                    break;
            }
        }

        return answer.Write("chat.completion", new ChatChoiceJson
        {
            Message = new ChatMessageJson("assistant", text.ToString()),
            LogProbabilities = ChatLogProbabilitiesJson.From(tokens),
            FinishReason = ChatChoiceJson.NameOf(ended!.Reason),
            Confidence = ended.Confidence,
            Uncertain = ended.Uncertain,
        }) with
        { Usage = ChatUsageJson.From(ended) };
    }

    private static async Task WriteAsync(EventStream stream, ChatEvent item, Answer answer, bool includeUsage)
    {
        switch (item)
        {
            case ChatEvent.Started started:
                answer.Model = started.Model;
                await stream.WriteAsync(Chunk(new ChatChoiceJson { Delta = new ChatDeltaJson { Role = "assistant", Content = "" } }));
                break;
            case ChatEvent.Delta delta:
                await stream.WriteAsync(Chunk(new ChatChoiceJson
                {
                    Delta = new ChatDeltaJson { Content = delta.Text },
                    LogProbabilities = ChatLogProbabilitiesJson.From([delta.Token]),
                }));
                break;
            case ChatEvent.Ended ended:
                await stream.WriteAsync(Chunk(new ChatChoiceJson
                {
                    Delta = new ChatDeltaJson(),
                    FinishReason = ChatChoiceJson.NameOf(ended.Reason),
                    Confidence = ended.Confidence,
                    Uncertain = ended.Uncertain,
                }));
                if (includeUsage)
                {
                    await stream.WriteAsync(answer.Write("chat.completion.chunk") with { Usage = ChatUsageJson.From(ended) });
                }

                break;
        }

        ChatCompletionJson Chunk(ChatChoiceJson choice) => answer.Write("chat.completion.chunk", choice);
    }

    /// <summary>What all pieces of one answer share.</summary>
    private sealed class Answer(string id, long created)
    {
        /// <summary>As "name@version".</summary>
        public string Model { get; set; } = "";

        public ChatCompletionJson Write(string type, params ChatChoiceJson[] choices) => new()
        {
            Id = id,
            Object = type,
            Created = created,
            Model = Model.Split('@')[0],
            SystemFingerprint = Model,
            Choices = choices,
        };
    }
}
