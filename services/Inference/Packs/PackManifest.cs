namespace MultiModalMesh.Inference.Packs;

/// <summary>The tokens around the parts of a conversation.</summary>
/// <param name="User">Before what the user says.</param>
/// <param name="Assistant">Before what the assistant says.</param>
/// <param name="End">After what the assistant says; generation stops there.</param>
/// <param name="System">Before a system message; null where the model was not trained on any, they are left out then.</param>
/// <param name="DescribePrompt">What to ask when a picture comes without a text.</param>
public sealed record ChatFormat(string User, string Assistant, string End, string? System, string DescribePrompt);

/// <summary>A file of a pack.</summary>
/// <param name="Path">Relative to the pack's folder, with forward slashes.</param>
/// <param name="Sha256">Lower-case hexadecimal.</param>
internal sealed record PackFile(string Path, string Sha256, long Bytes);

/// <summary>What a <c>pack.json</c> says.</summary>
internal sealed record PackManifest(
    string Name,
    string Version,
    string License,
    string Description,
    IReadOnlyList<string> Capabilities,
    IReadOnlyList<string> Skills,
    int Dimensions,
    int Context,
    int TextContext,
    int ImageTokens,
    int MaxImages,
    int DefaultMaxNewTokens,
    ChatFormat? Chat,
    AnswerCalibration? Calibration,
    IReadOnlyList<PackFile> Files)
{
    private const int LongestContext = 1 << 20;
    private const int DefaultAnswer = 128;

    public static PackManifest Read(string path) => JsonFile.Read(path, Read);

    private static PackManifest Read(JsonFile file)
    {
        var capabilities = file.Texts("capabilities");
        if (capabilities.Count == 0 || capabilities.Count > PackCapabilities.All.Length || capabilities.Except(PackCapabilities.All).Any())
        {
            throw file.Invalid("capabilities", $"is '{string.Join(", ", capabilities)}'; one or more of {string.Join(", ", PackCapabilities.All)} are needed");
        }

        var name = file.Text("name");
        if (name.Length > 128 || name.Any(c => c is '@' or '/' or '\\' || char.IsControl(c)))
        {
            throw file.Invalid("name", "is longer than 128 characters or has one of @, / and \\ in it");
        }

        var chats = capabilities.Contains(PackCapabilities.Chat);
        var embeds = capabilities.Contains(PackCapabilities.ImageEmbedding) || capabilities.Contains(PackCapabilities.TextEmbedding);
        var context = file.Integer("context", 0, chats ? 2 : 0, LongestContext);
        return new PackManifest(
            name,
            file.Text("version"),
            file.Text("license"),
            file.OptionalText("description") ?? "",
            capabilities,
            file.Texts("skills"),
            file.Integer("dimensions", 0, embeds ? 1 : 0, 65_536),
            context,
            file.Integer("text_context", context > 0 ? context : 512, 1, LongestContext),
            file.Integer("image_tokens", 0, 0, LongestContext),
            file.Integer("max_images", 0, 0, 1024),
            file.Integer("max_new_tokens", Math.Min(DefaultAnswer, Math.Max(1, context / 2)), 1, LongestContext),
            chats ? ReadChat(file.Child("chat") ?? throw file.Invalid("chat", "is missing, but capabilities names chat")) : null,
            file.Child("calibration") is { } calibration ? ReadCalibration(calibration) : null,
            [.. file.Children("files").Select(ReadFile)]);
    }

    private static ChatFormat ReadChat(JsonFile chat) => new(
        chat.Text("user"), chat.Text("assistant"), chat.Text("end"), chat.OptionalText("system"), chat.OptionalText("describe_prompt") ?? "Describe the picture.");

    private static AnswerCalibration ReadCalibration(JsonFile calibration)
    {
        foreach (var field in (string[])["slope", "intercept", "threshold"])
        {
            calibration.Require(field);
        }

        var (slope, threshold) = (calibration.Number("slope", 0), calibration.Number("threshold", 0));
        return slope <= 0 ? throw calibration.Invalid("slope", "is not above 0")
            : threshold is < 0 or > 1 ? throw calibration.Invalid("threshold", "is not between 0 and 1")
            : new AnswerCalibration(slope, calibration.Number("intercept", 0), threshold) { Familiar = calibration.Child("familiar") is { } familiar ? ReadDistances(familiar) : null };
    }

    private static FamiliarDistances ReadDistances(JsonFile familiar)
    {
        familiar.Require("near");
        familiar.Require("far");
        var (near, far) = (familiar.Number("near", 0), familiar.Number("far", 0));
        return far > near ? new FamiliarDistances(near, far) : throw familiar.Invalid("far", "is not above near");
    }

    private static PackFile ReadFile(JsonFile entry)
    {
        var path = entry.Text("path");
        if (path.Any(char.IsControl) || Path.IsPathRooted(path) || path.Contains('\\') || path.Split('/').Any(p => p is "" or "." or ".."))
        {
            throw entry.Invalid("path", $"is '{path}'; a path within the pack's folder is needed");
        }

        var sha256 = entry.Text("sha256");
        if (sha256.Length != 64 || !sha256.All(char.IsAsciiHexDigitLower))
        {
            throw entry.Invalid("sha256", "is not 64 lower-case hexadecimal digits");
        }

        return entry.Require("bytes").TryGetInt64(out var bytes) && bytes >= 0
            ? new PackFile(path, sha256, bytes)
            : throw entry.Invalid("bytes", "is not a size");
    }
}
