using System.Buffers;
using System.ComponentModel.DataAnnotations;

namespace MultiModalMesh.Images.S3;

/// <summary>Configuration <c>Images:S3</c>. Credentials are not here: they come from where every AWS client looks for them.</summary>
public sealed class S3StoreOptions
{
    private static readonly SearchValues<char> PrefixCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./");

    /// <summary>The server, such as <c>http://minio:9000</c>. Empty: AWS.</summary>
    public string Endpoint { get; set; } = "";

    /// <summary>Must be there; it is not made.</summary>
    public string Bucket { get; set; } = "";

    /// <summary>Empty: <c>us-east-1</c> where an endpoint is given, else what the environment says (<c>AWS_REGION</c>).</summary>
    public string Region { get; set; } = "";

    /// <summary>The bucket is in the path and not in the host's name. Null: where an endpoint is given.</summary>
    public bool? ForcePathStyle { get; set; }

    /// <summary>What every key begins with, for a bucket that is shared with others. A slash is put behind it.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>How long one picture may take, all attempts together. Range 1 s..10 min, default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    internal string Server => Endpoint.Length > 0 ? Endpoint : "AWS";

    internal string KeyPrefix => Prefix.Trim('/') is { Length: > 0 } prefix ? prefix + "/" : "";

    /// <summary>What is wrong, with the key and the value, or null.</summary>
    internal string? Problem
    {
        get
        {
            if (string.IsNullOrWhiteSpace(Bucket))
            {
                return "Images:S3:Bucket is '', but Images:Store is 's3'; name the bucket that holds the pictures.";
            }

            if (Endpoint.Length > 0 && (!Uri.TryCreate(Endpoint, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https")))
            {
                return $"Images:S3:Endpoint is '{Endpoint}', but must be an address such as 'http://minio:9000', or empty for AWS.";
            }

            return Prefix.AsSpan().ContainsAnyExcept(PrefixCharacters) || Prefix.Split('/').Any(part => part is "." or "..")
                ? $"Images:S3:Prefix is '{Prefix}', but may have letters, digits and '-_./' only, and no part may be '.' or '..'."
                : null;
        }
    }
}
