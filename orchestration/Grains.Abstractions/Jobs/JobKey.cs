using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace MultiModalMesh.Grains.Jobs;

/// <summary>Who owns which job. As a grain key: <c>tenant/user/job</c>; none of the three may hold a slash.</summary>
public readonly record struct JobKey(string Tenant, string User, string Job)
{
    private const string Prefix = "job_";
    private const int HashDigits = 32;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    public override string ToString() => $"{Tenant}/{User}/{Job}";

    /// <exception cref="FormatException">The key has not exactly three non-empty parts.</exception>
    public static JobKey Parse(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Split('/') is [{ Length: > 0 } tenant, { Length: > 0 } user, { Length: > 0 } job]
            ? new JobKey(tenant, user, job)
            : throw new FormatException($"'{key}' is not of the form tenant/user/job.");
    }

    /// <summary>The id of the job that a request id makes. It follows from nothing else, so that the same request finds the same job without a list of requests.</summary>
    public static string IdOf(string requestId) => Prefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(requestId)))[..HashDigits];

    /// <summary>Whether it can be the id of a job: <c>job_</c> and 32 lower-case hexadecimal digits.</summary>
    public static bool IsId(string? id) =>
        id is not null
        && id.Length == Prefix.Length + HashDigits
        && id.StartsWith(Prefix, StringComparison.Ordinal)
        && !id.AsSpan(Prefix.Length).ContainsAnyExcept(HexDigits);
}
