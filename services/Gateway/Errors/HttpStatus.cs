using Microsoft.AspNetCore.Http;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Gateway.Errors;

internal static class HttpStatus
{
    public static int Of(ErrorCategory category) => category switch
    {
        ErrorCategory.InvalidArgument => StatusCodes.Status400BadRequest,
        ErrorCategory.NotFound => StatusCodes.Status404NotFound,
        ErrorCategory.AlreadyExists or ErrorCategory.FailedPrecondition => StatusCodes.Status409Conflict,
        ErrorCategory.TooLarge => StatusCodes.Status413PayloadTooLarge,
        ErrorCategory.Unauthenticated => StatusCodes.Status401Unauthorized,
        ErrorCategory.Overloaded => StatusCodes.Status429TooManyRequests,
        ErrorCategory.Unavailable => StatusCodes.Status503ServiceUnavailable,
        ErrorCategory.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
        _ => StatusCodes.Status500InternalServerError,
    };
}
