namespace MultiModalMesh.Inference.Templates;

/// <summary>A stretch of a rendered prompt.</summary>
/// <param name="Text">Never empty.</param>
/// <param name="Typed">
/// True: these characters came from the conversation, so a special token in them is plain text. False: the template's own text, where a special
/// token is control.
/// </param>
public readonly record struct TemplateSegment(string Text, bool Typed);
