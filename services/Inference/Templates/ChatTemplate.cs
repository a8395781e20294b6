using System.Text.Json.Nodes;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Inference.Templates;

/// <summary>
/// A chat template as packs are published with it: the part of Jinja that such templates use, with the settings of the reference (sandbox
/// without changes of values, <c>trim_blocks</c>, <c>lstrip_blocks</c>, <c>break</c> and <c>continue</c>). What is not supported is refused
/// when the template is read. Of every character rendered it is known whether it comes from the conversation. Safe for concurrent use.
/// </summary>
public sealed class ChatTemplate
{
    private readonly string _origin;
    private readonly Statement _body;
    private readonly TimeProvider? _time;

    private ChatTemplate(string origin, Statement body, TimeProvider? time)
    {
        _origin = origin;
        _body = body;
        _time = time;
    }

    /// <summary>Reads a template.</summary>
    /// <param name="source">The template; at most 262,144 characters.</param>
    /// <param name="origin">File and field that it comes from, for messages.</param>
    /// <param name="time">The clock of <c>strftime_now</c>; without one the function is undefined.</param>
    /// <exception cref="MeshException"><see cref="ErrorReason.PackInvalid"/>: names the origin, the line and what is not supported.</exception>
    public static ChatTemplate Parse(string source, string origin, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(origin);
        return new ChatTemplate(origin, StatementParser.Parse(new TemplateSource(source, origin)), time);
    }

    /// <summary>
    /// Lays out a conversation. Takes bounded time and memory whatever the template and the conversation: at most
    /// <see cref="RenderBudget.MaxSteps"/> steps and <see cref="RenderBudget.MaxOutputCharacters"/> characters.
    /// </summary>
    /// <param name="messages">Objects with <c>role</c>, <c>content</c> and what else the template asks for.</param>
    /// <param name="variables"><c>add_generation_prompt</c>, <c>bos_token</c>, <c>tools</c> and the like.</param>
    /// <returns>The text in order, cut where its origin changes.</returns>
    /// <exception cref="MeshException"><see cref="ErrorReason.InvalidRequest"/>: the template refuses the conversation, or exceeds a limit with it.</exception>
    public IReadOnlyList<TemplateSegment> Render(JsonArray messages, JsonObject variables)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(variables);
        var budget = new RenderBudget();
        try
        {
            var output = new MarkedBuilder(budget);
            var globals = new Scope(new RenderState(budget, _time), output);
            foreach (var (name, value) in variables)
            {
                globals.Assign(name, Conversation.Variable(value));
            }

            globals.Assign("messages", Conversation.Messages(messages));
            _body.Run(globals);
            return output.ToSegments();
        }
        catch (TemplateException e)
        {
            throw Refused(e, budget.Line);
        }
        catch (InvalidOperationException e) when (e.InnerException is TemplateException inner)
        {
            throw Refused(inner, budget.Line); // sorting wraps what a comparison throws
        }
    }

    private MeshException Refused(TemplateException cause, int line)
    {
        var what = cause.Message.Length <= 400 ? cause.Message : cause.Message[..400] + "...";
        return new MeshException(ErrorReason.InvalidRequest, $"The chat template ({_origin}, line {line}) cannot lay out this conversation: {what}", cause)
        {
            Field = "messages",
        };
    }
}
