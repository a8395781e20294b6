using System.Collections.Frozen;
using System.Reflection;

namespace MultiModalMesh.Errors;

/// <summary>How a failure is to be treated; the edges turn it into a gRPC status code and an HTTP status.</summary>
public enum ErrorCategory
{
    /// <summary>The request is wrong and will stay wrong. gRPC INVALID_ARGUMENT, HTTP 400.</summary>
    InvalidArgument,

    /// <summary>gRPC NOT_FOUND, HTTP 404.</summary>
    NotFound,

    /// <summary>gRPC ALREADY_EXISTS, HTTP 409.</summary>
    AlreadyExists,

    /// <summary>The request is right, but not in this state. gRPC FAILED_PRECONDITION, HTTP 409.</summary>
    FailedPrecondition,

    /// <summary>Too large. gRPC INVALID_ARGUMENT, HTTP 413.</summary>
    TooLarge,

    /// <summary>No or wrong credentials. gRPC UNAUTHENTICATED, HTTP 401.</summary>
    Unauthenticated,

    /// <summary>Over a limit now; try again after the delay. gRPC RESOURCE_EXHAUSTED, HTTP 429 with Retry-After.</summary>
    Overloaded,

    /// <summary>A part that is needed cannot be reached. gRPC UNAVAILABLE, HTTP 503.</summary>
    Unavailable,

    /// <summary>The caller's time was up. gRPC DEADLINE_EXCEEDED, HTTP 504.</summary>
    DeadlineExceeded,

    /// <summary>A defect on the other side; its log has the details. gRPC INTERNAL, HTTP 500.</summary>
    Internal,
}

/// <summary>
/// A reason as programs compare it: UPPER_SNAKE_CASE, never renamed. The list is the contract; a new failure gets a new constant here.
/// </summary>
public sealed record ErrorReason(string Code, ErrorCategory Category)
{
    /// <summary>The <c>domain</c> of every <c>google.rpc.ErrorInfo</c> that the mesh sends.</summary>
    public const string Domain = "multimodalmesh";

    public static readonly ErrorReason InvalidRequest = new("INVALID_REQUEST", ErrorCategory.InvalidArgument);
    public static readonly ErrorReason ImageUnreadable = new("IMAGE_UNREADABLE", ErrorCategory.InvalidArgument);
    public static readonly ErrorReason ImageFormatUnsupported = new("IMAGE_FORMAT_UNSUPPORTED", ErrorCategory.InvalidArgument);
    public static readonly ErrorReason ImageTooLarge = new("IMAGE_TOO_LARGE", ErrorCategory.TooLarge);
    public static readonly ErrorReason ImageUrlRefused = new("IMAGE_URL_REFUSED", ErrorCategory.InvalidArgument);
    public static readonly ErrorReason ImageNotFound = new("IMAGE_NOT_FOUND", ErrorCategory.NotFound);
    public static readonly ErrorReason PromptTooLong = new("PROMPT_TOO_LONG", ErrorCategory.InvalidArgument);
    public static readonly ErrorReason PackInvalid = new("PACK_INVALID", ErrorCategory.FailedPrecondition);
    public static readonly ErrorReason ModelNotFound = new("MODEL_NOT_FOUND", ErrorCategory.NotFound);
    public static readonly ErrorReason PackExists = new("PACK_EXISTS", ErrorCategory.AlreadyExists);
    public static readonly ErrorReason PackBusy = new("PACK_BUSY", ErrorCategory.FailedPrecondition);
    public static readonly ErrorReason HubAccessDenied = new("HUB_ACCESS_DENIED", ErrorCategory.Unauthenticated);
    public static readonly ErrorReason HubUnavailable = new("HUB_UNAVAILABLE", ErrorCategory.Unavailable);
    public static readonly ErrorReason HubAnswerInvalid = new("HUB_ANSWER_INVALID", ErrorCategory.FailedPrecondition);
    public static readonly ErrorReason CapabilityMissing = new("CAPABILITY_MISSING", ErrorCategory.FailedPrecondition);
    public static readonly ErrorReason DeviceUnavailable = new("DEVICE_UNAVAILABLE", ErrorCategory.FailedPrecondition);
    public static readonly ErrorReason DatasetInvalid = new("DATASET_INVALID", ErrorCategory.FailedPrecondition);
    public static readonly ErrorReason DialogueNotFound = new("DIALOGUE_NOT_FOUND", ErrorCategory.NotFound);
    public static readonly ErrorReason TurnNotFound = new("TURN_NOT_FOUND", ErrorCategory.NotFound);
    public static readonly ErrorReason JobNotFound = new("JOB_NOT_FOUND", ErrorCategory.NotFound);
    public static readonly ErrorReason RequestIdReused = new("REQUEST_ID_REUSED", ErrorCategory.AlreadyExists);
    public static readonly ErrorReason CollectionNotFound = new("COLLECTION_NOT_FOUND", ErrorCategory.NotFound);
    public static readonly ErrorReason CollectionExists = new("COLLECTION_EXISTS", ErrorCategory.AlreadyExists);
    public static readonly ErrorReason ItemNotFound = new("ITEM_NOT_FOUND", ErrorCategory.NotFound);
    public static readonly ErrorReason DimensionMismatch = new("DIMENSION_MISMATCH", ErrorCategory.InvalidArgument);
    public static readonly ErrorReason CapacityReached = new("CAPACITY_REACHED", ErrorCategory.FailedPrecondition);
    public static readonly ErrorReason ShardUnavailable = new("SHARD_UNAVAILABLE", ErrorCategory.Unavailable);
    public static readonly ErrorReason StorageFailed = new("STORAGE_FAILED", ErrorCategory.Unavailable);
    public static readonly ErrorReason Overloaded = new("OVERLOADED", ErrorCategory.Overloaded);
    public static readonly ErrorReason NoWorker = new("NO_WORKER", ErrorCategory.Unavailable);
    public static readonly ErrorReason PeerUnavailable = new("PEER_UNAVAILABLE", ErrorCategory.Unavailable);
    public static readonly ErrorReason PeerFailed = new("PEER_FAILED", ErrorCategory.Internal);
    public static readonly ErrorReason DeadlineExceeded = new("DEADLINE_EXCEEDED", ErrorCategory.DeadlineExceeded);
    public static readonly ErrorReason ApiKeyMissing = new("API_KEY_MISSING", ErrorCategory.Unauthenticated);
    public static readonly ErrorReason ApiKeyInvalid = new("API_KEY_INVALID", ErrorCategory.Unauthenticated);
    public static readonly ErrorReason EvaluationFileInvalid = new("EVALUATION_FILE_INVALID", ErrorCategory.InvalidArgument);
    public static readonly ErrorReason EvaluationCandidateMissing = new("EVALUATION_CANDIDATE_MISSING", ErrorCategory.InvalidArgument);
    public static readonly ErrorReason EvaluationRunMismatch = new("EVALUATION_RUN_MISMATCH", ErrorCategory.FailedPrecondition);

    private static readonly FrozenDictionary<string, ErrorReason> ByCode = typeof(ErrorReason)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => field.GetValue(null))
        .OfType<ErrorReason>()
        .ToFrozenDictionary(reason => reason.Code, StringComparer.Ordinal);

    /// <summary>The reason of that code, or null if this version of the mesh does not know it.</summary>
    public static ErrorReason? Find(string code) => ByCode.GetValueOrDefault(code);
}
