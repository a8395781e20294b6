using System.Runtime.CompilerServices;

namespace MultiModalMesh.Inference.Templates;

/// <summary>
/// What one rendering may spend. A template is data from a download and a conversation comes from anyone, so that every loop, copy and nesting
/// is counted before it happens. Not thread-safe: one per rendering.
/// </summary>
internal sealed class RenderBudget
{
    public const int MaxOutputCharacters = 8 << 20;
    public const int MaxSteps = 5_000_000;
    public const int MaxDepth = 300;

    // Characters that string operations read or copy. A list entry counts as 32 of them, about the memory that it takes, so that the
    // worst template holds on to some 100 MiB.
    private const long MaxCharacters = 32L << 20;
    private const int ItemCost = 32;

    private int _steps;
    private int _depth;
    private long _characters;

    /// <summary>The line that is being rendered.</summary>
    public int Line { get; set; } = 1;

    public void Step()
    {
        if (++_steps > MaxSteps)
        {
            throw new TemplateException($"the template takes more than {MaxSteps} steps; shorten the conversation or check its loops");
        }
    }

    /// <summary>One level deeper in expressions, blocks, macros or nested values.</summary>
    public void Enter()
    {
        Step();
        if (++_depth > MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new TemplateException($"the template nests deeper than {MaxDepth} levels");
        }
    }

    public void Leave() => _depth--;

    public void Characters(long count)
    {
        if (count > MaxCharacters - _characters)
        {
            throw new TemplateException($"the template copies more than {MaxCharacters} characters; shorten the conversation");
        }

        _characters += count;
    }

    /// <summary>Searching a text costs its length, and more where the needle is long enough to make every position expensive.</summary>
    public void Search(int text, int needle) => Characters(text * (1L + (needle / 8)));

    public void Items(long count) => Characters(count > MaxCharacters ? MaxCharacters + 1 : count * ItemCost);
}
