using MultiModalMesh.Grains.Workers;

namespace MultiModalMesh.Grains.Routing;

/// <summary>Which packs may be used on some workers only, such as a large one on two of four GPUs.</summary>
internal sealed class DevicePins(RoutingOptions options)
{
    public bool Allow(WorkerReport worker, string model) =>
        !options.Pins.TryGetValue(model, out var pin)
        || ((pin.Devices.Count == 0 || pin.Devices.Any(device => IsOn(worker.Device, device))) && (pin.Workers.Count == 0 || pin.Workers.Contains(worker.WorkerId)));

    /// <summary>For a failure's message; empty where the pack may go anywhere.</summary>
    public string Describe(string model) => options.Pins.TryGetValue(model, out var pin)
        ? $" '{model}' is pinned to {string.Join(", ", pin.Devices.Concat(pin.Workers).Select(one => $"'{one}'"))} by Routing:Pins."
        : "";

    // 'cuda' stands for every 'cuda:<index>'.
    private static bool IsOn(string device, string pinned) =>
        device.Equals(pinned, StringComparison.OrdinalIgnoreCase) || device.StartsWith(pinned + ":", StringComparison.OrdinalIgnoreCase);
}
