using System.Globalization;
using Microsoft.AspNetCore.Http;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Gateway.Dialogues;

/// <summary>Where a reader of numbered events goes on: the header that an EventSource sends, else a parameter of the address.</summary>
internal static class EventPosition
{
    /// <returns>The number of the last event that was read; 0 for none.</returns>
    /// <exception cref="MeshException">InvalidRequest: not a number.</exception>
    public static int Read(HttpRequest request, string? after)
    {
        var text = request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } header ? header : after;
        if (string.IsNullOrEmpty(text))
        {
            return 0;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? position
            : throw new MeshException(ErrorReason.InvalidRequest, $"'{text}' is not the number of an event; send the id of the last one that was read.") { Field = "Last-Event-ID" };
    }
}
