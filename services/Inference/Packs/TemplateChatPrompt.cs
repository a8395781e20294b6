using System.Text.Json.Nodes;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference.Decoding;
using MultiModalMesh.Inference.Templates;
using MultiModalMesh.Inference.Tokenizers;

namespace MultiModalMesh.Inference.Packs;

/// <summary>Lays a conversation out by the chat template that a pack is published with. Safe for concurrent use.</summary>
internal sealed class TemplateChatPrompt : IChatPrompt
{
    private readonly ChatTemplate _template;
    private readonly PromptText _text;
    private readonly IReadOnlyDictionary<string, string> _tokens;
    private readonly int _contextLength;
    private readonly PictureTokens? _pictures;
    private readonly int? _imageToken;
    private readonly int _maxImages;

    /// <param name="template">The pack's.</param>
    /// <param name="tokenizer">The pack's.</param>
    /// <param name="tokens">The tokens with a role (<c>bos_token</c> and the like), which templates may ask for.</param>
    /// <param name="contextLength">Positions of prompt and answer together.</param>
    /// <param name="pictures">How pictures stand in a prompt; null for a pack that reads none. With it, contents are lists of parts.</param>
    /// <param name="maxImages">Pictures in a prompt.</param>
    public TemplateChatPrompt(
        ChatTemplate template, Tokenizer tokenizer, IReadOnlyDictionary<string, string> tokens, int contextLength, PictureTokens? pictures = null, int maxImages = 0)
    {
        _template = template;
        _text = new PromptText(tokenizer);
        _tokens = tokens;
        _contextLength = contextLength;
        _pictures = pictures;
        _imageToken = pictures is null ? null : tokenizer.TokenId(pictures.Image);
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

        var room = _contextLength - Math.Clamp(maxNewTokens, 1, _contextLength / 2);
        var shown = Newest(messages);
        int[] turns = [.. Enumerable.Range(0, messages.Count).Where(i => messages[i].Role == ChatRole.User)];
        turns[0] = 0; // an answer before the first question goes with it

        // The shorter the later it starts: the first turn from which on everything fits is found by halving.
        var (low, high) = (0, turns.Length - 1);
        var best = Lay(messages, turns[low], shown, grid);
        if (best.Tokens.Length <= room)
        {
            return best;
        }

        best = Lay(messages, turns[high], shown, grid);
        if (best.Tokens.Length > room)
        {
            throw new MeshException(
                ErrorReason.PromptTooLong, $"The message needs {best.Tokens.Length} positions with its pictures; the model has {room} beside the answer.");
        }

        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            var layout = Lay(messages, turns[middle], shown, grid);
            (low, high, best) = layout.Tokens.Length <= room ? (low, middle, layout) : (middle, high, best);
        }

        return best;
    }

    /// <summary>The ids of a conversation as JSON; every picture of it takes the place of the template's next image token.</summary>
    /// <param name="messages">As the template wants them.</param>
    /// <param name="grids">Of the pictures, in order.</param>
    /// <param name="addGenerationPrompt">End with the start of an answer.</param>
    /// <exception cref="MeshException">InvalidRequest: the template refuses the conversation.</exception>
    internal int[] Encode(JsonArray messages, IReadOnlyList<PictureGrid> grids, bool addGenerationPrompt = true)
    {
        var variables = new JsonObject { ["add_generation_prompt"] = addGenerationPrompt };
        foreach (var (role, token) in _tokens)
        {
            variables[role] = token;
        }

        var ids = _text.Encode(Expand(_template.Render(messages, variables), grids));
        return _imageToken is { } image ? Array.ConvertAll(ids, id => id == image ? GenerationRequest.ImagePosition : id) : ids;
    }

    private ChatPromptLayout Lay(IReadOnlyList<ChatMessage> messages, int start, HashSet<PictureReference> shown, Func<PictureReference, PictureGrid>? grid)
    {
        var array = new JsonArray();
        List<PictureReference> pictures = [];
        for (var i = 0; i < messages.Count; i++)
        {
            if (i >= start || messages[i].Role == ChatRole.System)
            {
                var own = Enumerable.Range(0, messages[i].Pictures).Select(p => new PictureReference(i, p)).Where(shown.Contains).ToList();
                pictures.AddRange(own);
                array.Add((JsonNode)new JsonObject { ["role"] = RoleName(messages[i].Role), ["content"] = Content(messages[i].Text, own.Count) });
            }
        }

        var ids = Encode(array, [.. pictures.Select(picture => grid?.Invoke(picture) ?? default)]);
        return new ChatPromptLayout(ids, pictures, messages.Count - array.Count);
    }

    private HashSet<PictureReference> Newest(IReadOnlyList<ChatMessage> messages) =>
        [.. messages.SelectMany((m, i) => Enumerable.Range(0, m.Pictures).Select(p => new PictureReference(i, p))).TakeLast(_maxImages)];

    private JsonNode Content(string text, int pictures)
    {
        if (_pictures is null)
        {
            return JsonValue.Create(text);
        }

        var parts = new JsonArray();
        for (var i = 0; i < pictures; i++)
        {
            parts.Add((JsonNode)new JsonObject { ["type"] = "image" });
        }

        if (text.Length > 0 || pictures == 0)
        {
            parts.Add((JsonNode)new JsonObject { ["type"] = "text", ["text"] = text });
        }

        return parts;
    }

    private List<TemplateSegment> Expand(IReadOnlyList<TemplateSegment> segments, IReadOnlyList<PictureGrid> grids)
    {
        var next = 0;
        var expanded = new List<TemplateSegment>(segments.Count);
        foreach (var segment in segments)
        {
            var pieces = segment.Typed || _pictures is null ? [segment.Text] : segment.Text.Split(_pictures.Image);
            for (var i = 0; i < pieces.Length; i++)
            {
                if (i > 0)
                {
                    expanded.Add(new TemplateSegment(next < grids.Count ? _pictures!.Expand(grids[next]) : "", Typed: false));
                    next++;
                }

                expanded.Add(segment with { Text = pieces[i] });
            }
        }

        return next == grids.Count
            ? expanded
            : throw new MeshException(ErrorReason.InvalidRequest, $"The model's chat template shows {next} of {grids.Count} pictures.") { Field = "messages" };
    }

    private static string RoleName(ChatRole role) => role switch
    {
        ChatRole.System => "system",
        ChatRole.Assistant => "assistant",
        _ => "user",
    };
}
