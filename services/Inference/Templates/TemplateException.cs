namespace MultiModalMesh.Inference.Templates;

/// <summary>What a template does while it is rendered cannot be done; the message is completed with origin and line where rendering started.</summary>
internal sealed class TemplateException(string message) : Exception(message)
{
    public static TemplateException Type(string operation, object? value) => new($"{operation} does not work on {PythonText.TypeName(value)}");
}
