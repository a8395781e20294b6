using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace MultiModalMesh.ServiceDefaults.Storage;

/// <summary>Where a process keeps what must survive it: configuration <c>Data</c>.</summary>
public sealed class DataOptions
{
    public const string Section = "Data";

    /// <summary>The folder; made at start, readable by its owner only. Default: <c>MultiModalMesh</c> in the user's local data folder.</summary>
    public string Path { get; set; } =
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify) is { Length: > 0 } local
            ? System.IO.Path.Combine(local, "MultiModalMesh")
            : "";

    /// <summary>The absolute path of a folder below <see cref="Path"/>, which is made if it is not there.</summary>
    public string Folder(string name) => MakePrivate(System.IO.Path.Combine(System.IO.Path.GetFullPath(Path), name));

    /// <summary>Makes a folder (and those above it) that only its owner may read.</summary>
    public static string MakePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return path;
    }
}

internal sealed class DataOptionsValidator : IValidateOptions<DataOptions>
{
    public ValidateOptionsResult Validate(string? name, DataOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Path))
        {
            return ValidateOptionsResult.Fail("Data:Path is '' and there is no local data folder to fall back on; set it to a folder that this process may write to.");
        }

        try
        {
            DataOptions.MakePrivate(Path.GetFullPath(options.Path));
            return ValidateOptionsResult.Success;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return ValidateOptionsResult.Fail($"Data:Path is '{options.Path}', which cannot be made a folder: {e.Message}");
        }
    }
}

internal static class DataOptionsRegistration
{
    public static void AddDataOptions(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<DataOptions>().Bind(builder.Configuration.GetSection(DataOptions.Section)).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<DataOptions>, DataOptionsValidator>();
    }
}
