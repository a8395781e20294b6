using Microsoft.Extensions.Options;

namespace MultiModalMesh.Grains.Routing;

/// <summary>Configuration <c>Routing</c>, of a silo.</summary>
public sealed class RoutingOptions
{
    public const string Section = "Routing";

    /// <summary>How much longer than another's the wait at the worker with the dialogue's KV cache may be. Range 0..5 min, default one second.</summary>
    public TimeSpan AffinityTolerance { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Failures in a row after which a worker is sent nothing for a while. Range 1..100, default 3.</summary>
    public int FailuresToPause { get; set; } = 3;

    /// <summary>The first such while; it doubles as long as the worker fails. Default: one second.</summary>
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Default: 30 seconds.</summary>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>By the name of a pack: where it may be used. One that is not named may be used everywhere.</summary>
    public Dictionary<string, PinOptions> Pins { get; set; } = new(StringComparer.Ordinal);
}

/// <summary>Where a pack may be used; both must be met where both are given.</summary>
public sealed class PinOptions
{
    /// <summary>Such as <c>cuda:0</c>; <c>cuda</c> is every GPU. Empty: any.</summary>
    public List<string> Devices { get; set; } = [];

    /// <summary>Ids of workers. Empty: any.</summary>
    public List<string> Workers { get; set; } = [];
}

internal sealed class RoutingOptionsValidator : IValidateOptions<RoutingOptions>
{
    public ValidateOptionsResult Validate(string? name, RoutingOptions options)
    {
        List<string> failures = [];
        if (options.AffinityTolerance < TimeSpan.Zero || options.AffinityTolerance > TimeSpan.FromMinutes(5))
        {
            failures.Add($"Routing:AffinityTolerance is '{options.AffinityTolerance}', but must be between 00:00:00 and 00:05:00.");
        }

        if (options.FailuresToPause is < 1 or > 100)
        {
            failures.Add($"Routing:FailuresToPause is '{options.FailuresToPause}', but must be 1..100.");
        }

        if (options.FirstPause <= TimeSpan.Zero || options.LongestPause < options.FirstPause || options.LongestPause > TimeSpan.FromHours(1))
        {
            failures.Add(
                $"Routing:FirstPause is '{options.FirstPause}' and Routing:LongestPause '{options.LongestPause}', but the first must be above zero, and the longest at least the first and at most an hour.");
        }

        failures.AddRange(options.Pins.Where(pin => pin.Value.Devices.Count == 0 && pin.Value.Workers.Count == 0)
            .Select(pin => $"Routing:Pins:{pin.Key} names neither Devices nor Workers; name one, or leave the pin out."));
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
