using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using MultiModalMesh.Errors;
using MultiModalMesh.Retrieval.V1;

namespace MultiModalMesh.Retrieval.Collections;

/// <summary>An item as it is stored: the vector has length 1, the payload is a serialised <see cref="Struct"/> or null.</summary>
/// <param name="Sequence">Its place in the order of writing. For one that is written: the place that it must not come before; 0: it comes last.</param>
internal sealed record IndexedItem(string Id, float[] Vector, byte[]? Payload, long Sequence = 0)
{
    private const int LongestId = 256;
    private const int LargestPayload = 64 * 1024;

    /// <summary>Bytes that it takes of what <c>Retrieval:MaxMegabytes</c> allows: the vector in 32 and in 8 bits, and the payload.</summary>
    public long Size => ((sizeof(float) + 1) * (long)Vector.Length) + (Payload?.Length ?? 0);

    /// <summary>Checks and normalises an item.</summary>
    /// <param name="item">As it came.</param>
    /// <param name="dimensions">Of its collection.</param>
    /// <param name="field">What an error calls the item, such as <c>items[3]</c>.</param>
    /// <exception cref="MeshException"><see cref="ErrorReason.InvalidRequest"/> or <see cref="ErrorReason.DimensionMismatch"/>.</exception>
    public static IndexedItem From(Item item, int dimensions, string field)
    {
        if (item.Id.Length is 0 or > LongestId)
        {
            throw new MeshException(ErrorReason.InvalidRequest, $"An item's id has {item.Id.Length} characters; it must have 1 to {LongestId}.") { Field = $"{field}.id" };
        }

        if (item.Id.Contains('\0'))
        {
            throw new MeshException(ErrorReason.InvalidRequest, "An item's id has the character U+0000 in it, which not every engine can store.") { Field = $"{field}.id" };
        }

        return new IndexedItem(item.Id, UnitVector(item.Vector, dimensions, $"{field}.vector"), Serialise(item.Payload, $"{field}.payload"));
    }

    /// <summary>A vector of length 1 in the direction of <paramref name="values"/>.</summary>
    /// <exception cref="MeshException">As <see cref="From"/>.</exception>
    public static float[] UnitVector(IReadOnlyCollection<float> values, int dimensions, string field)
    {
        if (values.Count != dimensions)
        {
            throw new MeshException(ErrorReason.DimensionMismatch, $"The vector has {values.Count} numbers, the collection has {dimensions} dimensions.")
            {
                Field = field,
                Metadata = new Dictionary<string, string> { ["dimensions"] = $"{dimensions}", ["received"] = $"{values.Count}" },
            };
        }

        float[] vector = [.. values];
        double sum = 0;
        for (var i = 0; i < vector.Length; i++)
        {
            if (!float.IsFinite(vector[i]))
            {
                throw new MeshException(ErrorReason.InvalidRequest, $"Number {i} of the vector is {vector[i]}; every one must be finite.") { Field = field };
            }

            sum += (double)vector[i] * vector[i];
        }

        if (sum == 0)
        {
            throw new MeshException(ErrorReason.InvalidRequest, "All numbers of the vector are 0; it has no direction to compare.") { Field = field };
        }

        // In double: a float's square overflows from 1.8e19 on.
        var length = Math.Sqrt(sum);
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] = (float)(vector[i] / length);
        }

        return vector;
    }

    private static byte[]? Serialise(Struct? payload, string field)
    {
        if (payload is null || payload.Fields.Count == 0)
        {
            return null;
        }

        foreach (var (name, value) in payload.Fields)
        {
            CheckFinite(value, $"{field}.{name}");
        }

        // JSON is at most 6 times as long (a control character as \u0001), so most payloads need not be written to be measured.
        var size = payload.CalculateSize();
        if (size * 6 > LargestPayload && JsonFormatter.Default.Format(payload).Length is > LargestPayload and var length)
        {
            throw new MeshException(ErrorReason.InvalidRequest, $"The payload has {length} characters as JSON, the limit is {LargestPayload}.") { Field = field };
        }

        return payload.ToByteArray();
    }

    /// <exception cref="MeshException"><see cref="ErrorReason.InvalidRequest"/>: JSON could not say it.</exception>
    public static void CheckFinite(Value value, string field)
    {
        switch (value.KindCase)
        {
            case Value.KindOneofCase.NumberValue when !double.IsFinite(value.NumberValue):
            case Value.KindOneofCase.None:
                throw new MeshException(ErrorReason.InvalidRequest, "A payload holds only what JSON can say: no NaN, no infinity, no value without a kind.") { Field = field };
            case Value.KindOneofCase.StructValue:
                foreach (var (name, inner) in value.StructValue.Fields)
                {
                    CheckFinite(inner, $"{field}.{name}");
                }

                break;
            case Value.KindOneofCase.ListValue:
                foreach (var inner in value.ListValue.Values)
                {
                    CheckFinite(inner, field);
                }

                break;
        }
    }
}
