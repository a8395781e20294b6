using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace MultiModalMesh.ServiceDefaults.Configuration;

/// <summary>Options whose ranges are checked before the process takes work.</summary>
public static class CheckedOptions
{
    /// <summary>
    /// Binds a section and checks every <see cref="RangeAttribute"/>, those of nested options too. A failure names the configuration key, the
    /// value and the range.
    /// </summary>
    public static IHostApplicationBuilder AddCheckedOptions<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.All)] TOptions>(this IHostApplicationBuilder builder, string section)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!builder.Services.Any(service => service.ImplementationInstance is RangeValidator<TOptions>))
        {
            builder.Services.AddOptions<TOptions>().Bind(builder.Configuration.GetSection(section)).ValidateOnStart();
            builder.Services.AddSingleton<IValidateOptions<TOptions>>(new RangeValidator<TOptions>(section));
        }

        return builder;
    }

    private sealed class RangeValidator<TOptions>(string section) : IValidateOptions<TOptions>
        where TOptions : class
    {
        public ValidateOptionsResult Validate(string? name, TOptions options)
        {
            List<string> failures = [];
            Check(options, section, failures);
            return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
        }

        private static void Check(object options, string key, List<string> failures)
        {
            foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanRead))
            {
                var value = property.GetValue(options);
                if (property.GetCustomAttribute<RangeAttribute>() is { } range)
                {
                    if (!range.IsValid(value))
                    {
                        failures.Add(string.Create(CultureInfo.InvariantCulture, $"{key}:{property.Name} is '{value}', but must be {range.Minimum}..{range.Maximum}."));
                    }
                }
                else if (value is not null && property.PropertyType.IsClass && property.PropertyType.Assembly == options.GetType().Assembly)
                {
                    Check(value, $"{key}:{property.Name}", failures);
                }
            }
        }
    }
}
