using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Tokenizers;

namespace MultiModalMesh.Inference.Packs;

internal sealed record ChatTokens(int User, int Assistant, int End, int? System, string DescribePrompt);

/// <summary>
/// Lays a conversation out as the model was trained on it: picture positions first, then for every turn the user token, the question, the
/// assistant token, the answer and the end token; at the end an assistant token that waits for its answer. Safe for concurrent use.
/// </summary>
internal sealed class ChatPrompt : IChatPrompt
{
    private readonly ChatTokens _tokens;
    private readonly Tokenizer _tokenizer;
    private readonly int _contextLength;
    private readonly int _imageTokens;
    private readonly int _maxImages;

    internal ChatPrompt(ChatTokens tokens, Tokenizer tokenizer, int contextLength, int imageTokens, int maxImages)
    {
        _tokens = tokens;
        _tokenizer = tokenizer;
        _contextLength = contextLength;
        _imageTokens = imageTokens;
        _maxImages = maxImages;
    }

    /// <inheritdoc/>
    public ChatPromptLayout Build(IReadOnlyList<ChatMessage> messages, int maxNewTokens, Func<PictureReference, PictureGrid>? grid = null)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (messages.Count == 0 || messages[^1].Role != ChatRole.User)
        {
            throw new MeshException(ErrorReason.InvalidRequest, "The conversation does not end with a message of the user.") { Field = "messages" };
        }

        var pictures = NewestPictures(messages);
        var (turns, system) = Turns(messages);
        var fixedTokens = (pictures.Count * _imageTokens) + system.Count + 1;
        var room = _contextLength - Math.Clamp(maxNewTokens, 1, _contextLength / 2) - fixedTokens;
        if (turns[^1].Tokens.Count > room)
        {
            throw new MeshException(
                ErrorReason.PromptTooLong,
                $"The message needs {turns[^1].Tokens.Count + fixedTokens} positions with its picture; the model has {room + fixedTokens} beside the answer.");
        }

        var first = turns.Count - 1;
        for (room -= turns[first].Tokens.Count; first > 0 && turns[first - 1].Tokens.Count <= room; first--)
        {
            room -= turns[first - 1].Tokens.Count;
        }

        int[] tokens =
        [
            .. Enumerable.Repeat(GenerationRequest.ImagePosition, pictures.Count * _imageTokens),
            .. system,
            .. turns.Skip(first).SelectMany(t => t.Tokens),
            _tokens.Assistant,
        ];
        return new ChatPromptLayout(tokens, pictures, turns.Take(first).Sum(t => t.Messages));
    }

    private List<PictureReference> NewestPictures(IReadOnlyList<ChatMessage> messages)
    {
        var all = messages.SelectMany((m, i) => Enumerable.Range(0, m.Pictures).Select(p => new PictureReference(i, p))).ToList();
        return all.GetRange(Math.Max(0, all.Count - _maxImages), Math.Min(all.Count, _maxImages));
    }

    /// <summary>A turn is a question with its answer; it is kept or dropped as a whole.</summary>
    private (List<(List<int> Tokens, int Messages)> Turns, List<int> System) Turns(IReadOnlyList<ChatMessage> messages)
    {
        var turns = new List<(List<int> Tokens, int Messages)>();
        var system = new List<int>();
        foreach (var message in messages)
        {
            if (message.Role == ChatRole.System)
            {
                if (_tokens.System is { } systemToken)
                {
                    system.AddRange([systemToken, .. Encode(message.Text)]);
                }

                continue;
            }

            if (message.Role == ChatRole.User || turns.Count == 0)
            {
                turns.Add(([], 0));
            }

            turns[^1].Tokens.AddRange(message.Role == ChatRole.User
                ? [_tokens.User, .. Encode(Question(message))]
                : [_tokens.Assistant, .. Encode(message.Text), _tokens.End]);
            turns[^1] = turns[^1] with { Messages = turns[^1].Messages + 1 };
        }

        return (turns, system);
    }

    private string Question(ChatMessage message)
    {
        var text = message.Text.Trim();
        return text.Length == 0 && message.Pictures > 0 ? _tokens.DescribePrompt : text;
    }

    private int[] Encode(string text) => _tokenizer.Encode(text, parseSpecialTokens: false);
}
