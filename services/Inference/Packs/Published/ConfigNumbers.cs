namespace MultiModalMesh.Inference.Packs.Published;

/// <summary>Sizes that configurations call by different names, and a comparison with what a graph really has.</summary>
internal static class ConfigNumbers
{
    private const int Largest = 1 << 24;

    /// <summary>The first of the fields that is there.</summary>
    /// <exception cref="Errors.MeshException">PackInvalid: it is no positive number.</exception>
    public static (string Field, int Value)? First(this JsonFile file, params ReadOnlySpan<string> fields)
    {
        foreach (var field in fields)
        {
            if (file.OptionalInteger(field, 1, Largest) is { } value)
            {
                return (field, value);
            }
        }

        return null;
    }

    /// <summary>Compares a config's number with a graph's dimension; silence on either side agrees with anything.</summary>
    /// <exception cref="Errors.MeshException">PackInvalid: they differ.</exception>
    public static void Agree(this JsonFile file, (string Field, int Value)? promised, int actual, string what)
    {
        if (promised is { } promise && actual >= 0 && promise.Value != actual)
        {
            throw file.Invalid(promise.Field, $"is {promise.Value}, but {what} {actual}");
        }
    }
}
