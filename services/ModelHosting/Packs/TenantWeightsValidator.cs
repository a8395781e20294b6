using Microsoft.Extensions.Options;
using MultiModalMesh.Inference;

namespace MultiModalMesh.ModelHosting.Packs;

internal sealed class TenantWeightsValidator : IValidateOptions<InferenceOptions>
{
    public ValidateOptionsResult Validate(string? name, InferenceOptions options)
    {
        // Written so that NaN is refused.
        var failures = options.TenantWeights.Where(tenant => !(tenant.Value is > 0 and <= 1000))
            .Select(tenant => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Inference:TenantWeights:{tenant.Key} is '{tenant.Value}', but must be above 0 and at most 1000.")).ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
