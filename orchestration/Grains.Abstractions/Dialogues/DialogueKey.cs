namespace MultiModalMesh.Grains.Dialogues;

/// <summary>Who owns which dialogue. As a grain key: <c>tenant/user/dialogue</c>; none of the three may hold a slash.</summary>
public readonly record struct DialogueKey(string Tenant, string User, string Dialogue)
{
    public override string ToString() => $"{Tenant}/{User}/{Dialogue}";

    /// <exception cref="FormatException">The key has not exactly three non-empty parts.</exception>
    public static DialogueKey Parse(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Split('/') is [{ Length: > 0 } tenant, { Length: > 0 } user, { Length: > 0 } dialogue]
            ? new DialogueKey(tenant, user, dialogue)
            : throw new FormatException($"'{key}' is not of the form tenant/user/dialogue.");
    }
}
