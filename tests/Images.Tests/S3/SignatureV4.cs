using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace MultiModalMesh.Images.Tests.S3;

/// <summary>AWS Signature Version 4 from the server's side, for a payload signed as a whole ("Authenticating Requests: Using the Authorization Header").</summary>
internal static partial class SignatureV4
{
    /// <returns>S3's code of the refusal, or null.</returns>
    public static string? ProblemOf(HttpRequest request, byte[] body, string accessKey, string secretKey)
    {
        if (Header().Match(request.Headers.Authorization.ToString()) is not { Success: true } match)
        {
            return "AccessDenied";
        }

        if (match.Groups["key"].Value != accessKey)
        {
            return "InvalidAccessKeyId";
        }

        var payloadHash = request.Headers["x-amz-content-sha256"].ToString();
        if (payloadHash != Convert.ToHexStringLower(SHA256.HashData(body)))
        {
            return "XAmzContentSHA256Mismatch";
        }

        var signed = match.Groups["headers"].Value.Split(';');
        if (!signed.Contains("host") || !signed.Contains("x-amz-content-sha256") || !signed.Contains("x-amz-date"))
        {
            return "AccessDenied";
        }

        var target = request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?', 2);
        var query = target.Length < 2 ? "" : string.Join('&', target[1].Split('&').Select(pair => pair.Contains('=', StringComparison.Ordinal) ? pair : pair + "=").Order(StringComparer.Ordinal));
        var headers = string.Concat(signed.Select(name => $"{name}:{Spaces().Replace(request.Headers[name].ToString().Trim(), " ")}\n"));
        var canonical = $"{request.Method}\n{target[0]}\n{query}\n{headers}\n{match.Groups["headers"].Value}\n{payloadHash}";
        var (day, region) = (match.Groups["day"].Value, match.Groups["region"].Value);
        var toSign = $"AWS4-HMAC-SHA256\n{request.Headers["x-amz-date"]}\n{day}/{region}/s3/aws4_request\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = Hmac(Hmac(Hmac(Hmac(Encoding.UTF8.GetBytes($"AWS4{secretKey}"), day), region), "s3"), "aws4_request");
        return Convert.ToHexStringLower(Hmac(key, toSign)) == match.Groups["signature"].Value ? null : "SignatureDoesNotMatch";
    }

    private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    [GeneratedRegex("^AWS4-HMAC-SHA256 Credential=(?<key>[^/]+)/(?<day>[0-9]{8})/(?<region>[^/]+)/s3/aws4_request, ?SignedHeaders=(?<headers>[^,]+), ?Signature=(?<signature>[0-9a-f]{64})$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Header();

    [GeneratedRegex(" +", RegexOptions.None, 1000)]
    private static partial Regex Spaces();
}
