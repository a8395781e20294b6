using System.Text.Json;
using System.Text.Json.Serialization;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Grains.Storage;

/// <summary>How a state becomes the bytes of a record.</summary>
internal static class StateFormat
{
    /// <summary>JSON in UTF-8. A record of another format is refused.</summary>
    public const int Json = 1;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault };

    public static byte[] Serialize<T>(T state) => JsonSerializer.SerializeToUtf8Bytes(state, Options);

    /// <exception cref="MeshException"><see cref="ErrorReason.StorageFailed"/>: written by a later version, or damaged.</exception>
    public static T Parse<T>(StoredRecord record, RecordKey key)
    {
        try
        {
            return record.Format == Json && JsonSerializer.Deserialize<T>(record.State, Options) is { } parsed
                ? parsed
                : throw new MeshException(ErrorReason.StorageFailed, $"The stored {key.StateName} '{key.GrainKey}' has format {record.Format}, this program knows {Json}.");
        }
        catch (JsonException e)
        {
            throw new MeshException(ErrorReason.StorageFailed, $"The stored {key.StateName} '{key.GrainKey}' cannot be read.", e);
        }
    }
}
