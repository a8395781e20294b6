using MultiModalMesh.Errors;
using MultiModalMesh.Trainer.Settings;
using TorchSharp;
using static TorchSharp.torch;

namespace MultiModalMesh.Trainer.Commands;

/// <summary>Where tensors live, and in which precision the network computes.</summary>
internal static class Devices
{
    /// <summary>Makes the device the default of every new tensor.</summary>
    /// <param name="asked"><c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</param>
    /// <exception cref="MeshException">DeviceUnavailable.</exception>
    public static Device Select(string asked)
    {
        // Asking for CUDA makes the library look for its drivers, which takes seconds where there are none.
        var available = asked != "cpu" && cuda.is_available();
        var index = asked.Split(':') is [_, var number] ? int.Parse(number, System.Globalization.CultureInfo.InvariantCulture) : 0;
        if (asked.StartsWith("cuda", StringComparison.Ordinal) && (!available || index >= cuda.device_count()))
        {
            throw new MeshException(
                ErrorReason.DeviceUnavailable,
                available
                    ? $"device: {asked} is not there; this machine has {cuda.device_count()} CUDA devices, counted from 0."
                    : $"device: {asked} cannot be used: this build of the tensor library finds no CUDA device. Take 'cpu', or build the trainer with a CUDA library (docs/training.md, \"GPUs\").")
            {
                Field = "device",
            };
        }

        var device = available ? new Device(DeviceType.CUDA, index) : CPU;
        set_default_device(device);
        return device;
    }

    public static ScalarType PrecisionOf(Precision precision, Device device) =>
        precision == Precision.Bfloat16 || (precision == Precision.Auto && device.type == DeviceType.CUDA) ? ScalarType.BFloat16 : ScalarType.Float32;
}
