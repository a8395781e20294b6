using System.Net;
using Amazon.Runtime;
using Amazon.S3;

namespace MultiModalMesh.Images.S3;

/// <summary>What went wrong with a bucket, in words for its operator.</summary>
internal static class S3Failure
{
    private const string NoSuchBucket = "NoSuchBucket";

    /// <summary>The object is not there; its bucket is.</summary>
    public static bool IsMissingObject(AmazonS3Exception error) => error.StatusCode == HttpStatusCode.NotFound && error.ErrorCode != NoSuchBucket;

    /// <param name="error">As the client threw it.</param>
    /// <param name="options">Of the bucket.</param>
    /// <param name="limit">How long it was waited for.</param>
    public static StoreCondition Describe(Exception error, S3StoreOptions options, TimeSpan limit)
    {
        var bucket = $"The bucket '{options.Bucket}' at {options.Server}";
        return error switch
        {
            AmazonS3Exception { ErrorCode: NoSuchBucket } =>
                Misconfigured($"There is no bucket '{options.Bucket}' at {options.Server}; make it, or set Images:S3:Bucket to one that is there."),
            AmazonS3Exception { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } refused =>
                Misconfigured($"{bucket} refuses this process ({refused.ErrorCode}); give it credentials (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role) that may get, put, delete and list."),
            AmazonS3Exception { StatusCode: HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect or HttpStatusCode.BadRequest } elsewhere =>
                Misconfigured($"{bucket} cannot be used this way ({elsewhere.ErrorCode}: {elsewhere.Message.TrimEnd('.')}); check Images:S3:Region, Images:S3:Endpoint and Images:S3:ForcePathStyle."),
            AmazonServiceException { StatusCode: not 0 } failed =>
                Unavailable($"{bucket} answers {(int)failed.StatusCode} ({failed.ErrorCode}); look at the server."),
            OperationCanceledException or TimeoutException =>
                Unavailable($"{bucket} gave no answer within {limit.TotalSeconds} s; look at the server and the network."),
            AmazonClientException { InnerException: null } client when client.Message.Contains("credentials", StringComparison.OrdinalIgnoreCase) =>
                Misconfigured($"There are no credentials for the bucket '{options.Bucket}'; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the process a role."),
            _ => Unavailable($"{bucket} cannot be reached: {Innermost(error).Message.TrimEnd('.')}; look at the server and Images:S3:Endpoint."),
        };
    }

    private static StoreCondition Misconfigured(string sentence) => new(StoreState.Misconfigured, sentence);

    private static StoreCondition Unavailable(string sentence) => new(StoreState.Unavailable, sentence);

    private static Exception Innermost(Exception error) => error.InnerException is { } inner ? Innermost(inner) : error;
}
