using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;
using MultiModalMesh.Inference;
using MultiModalMesh.Inference.Devices;

namespace MultiModalMesh.ModelHosting.Devices;

/// <summary>Whether the settings can be read; whether there is such a device shows when it is looked for.</summary>
internal sealed class DeviceOptionsValidator : IValidateOptions<InferenceOptions>
{
    public ValidateOptionsResult Validate(string? name, InferenceOptions options)
    {
        try
        {
            DeviceSelection.Check(options);
            return ValidateOptionsResult.Success;
        }
        catch (MeshException e)
        {
            return ValidateOptionsResult.Fail(e.Message);
        }
    }
}
