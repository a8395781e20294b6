using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Images.S3;

/// <summary>Makes the client of a bucket.</summary>
internal static class S3Client
{
    private const string AnyRegion = "us-east-1";
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);

    /// <param name="options">Checked.</param>
    /// <param name="credentials">Null: from the environment, the profile, the container's or the machine's role, in AWS' own order.</param>
    /// <exception cref="MeshException"><see cref="ErrorReason.StorageFailed"/>: there is no region.</exception>
    public static IAmazonS3 Create(S3StoreOptions options, AWSCredentials? credentials = null)
    {
        var config = new AmazonS3Config
        {
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = S3ImageStore.MaxAttempts - 1,
            ConnectTimeout = ConnectTimeout,
            Timeout = options.Timeout,
            ForcePathStyle = options.ForcePathStyle ?? options.Endpoint.Length > 0,

            // The signature covers the content's hash already, and not every server knows AWS' further checksums.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint.Length > 0)
        {
            config.ServiceURL = options.Endpoint;
            config.AuthenticationRegion = options.Region.Length > 0 ? options.Region : AnyRegion;
        }
        else if (options.Region.Length > 0)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }

        try
        {
            return credentials is null ? new AmazonS3Client(config) : new AmazonS3Client(credentials, config);
        }
        catch (AmazonClientException e)
        {
            throw new MeshException(ErrorReason.StorageFailed, $"Images:S3:Region is '{options.Region}' and Images:S3:Endpoint is '{options.Endpoint}', so the bucket cannot be found ({e.Message.TrimEnd('.')}); set one of them.", e);
        }
    }
}
