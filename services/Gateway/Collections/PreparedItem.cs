using Google.Protobuf.WellKnownTypes;
using MultiModalMesh.Errors;
using MultiModalMesh.Gateway.Embeddings;
using MultiModalMesh.Retrieval.V1;

namespace MultiModalMesh.Gateway.Collections;

/// <summary>An item on its way into a collection: checked, then encoded if it has no vector, then written unless one of the two failed.</summary>
internal sealed class PreparedItem
{
    private Struct? _payload;
    private IReadOnlyList<float>? _vector;

    private PreparedItem(int index, string? id) => (Index, Id) = (index, id);

    public int Index { get; }

    public string? Id { get; }

    /// <summary>What is to be encoded; null if the item brings its vector or has failed.</summary>
    public EmbeddingInput? Input { get; private set; }

    public MeshException? Error { get; private set; }

    public static PreparedItem From(ItemBody body, int index, Collection collection)
    {
        var prepared = new PreparedItem(index, body.Id);
        var path = $"items[{index}]";
        try
        {
            if (body.Id is not { Length: >= 1 and <= 256 })
            {
                throw CollectionLimits.Refuse($"{path}.id", $"An item needs an id of 1 to 256 characters; this one has {body.Id?.Length ?? 0}.");
            }

            prepared._payload = PayloadJson.Read(body.Payload, $"{path}.payload");
            prepared.Input = Choose(body.Text, body.Image, body.Vector, $"{path}.");
            if (prepared.Input is null)
            {
                CollectionLimits.CheckVector(body.Vector!, collection.Dimensions, collection.Name.Collection, $"{path}.vector");
                prepared._vector = body.Vector;
            }
        }
        catch (MeshException error)
        {
            prepared.Error = error;
        }

        return prepared;
    }

    /// <returns>What is to be encoded, or null if it is the vector that is given.</returns>
    /// <exception cref="MeshException">InvalidRequest: none of the three, or several.</exception>
    public static EmbeddingInput? Choose(string? text, string? image, IReadOnlyList<float>? vector, string path)
    {
        var given = (text is null ? 0 : 1) + (image is null ? 0 : 1) + (vector is null ? 0 : 1);
        if (given != 1)
        {
            throw CollectionLimits.Refuse(path.TrimEnd('.'), $"Exactly one of 'text', 'image' and 'vector' is needed, but there {(given == 0 ? "is none" : $"are {given}")}.");
        }

        return (text, image) switch
        {
            ({ Length: 0 }, _) => throw CollectionLimits.Refuse($"{path}text", "The text is empty."),
            ({ } words, _) => new EmbeddingInput.Text(words, $"{path}text"),
            (_, { } reference) => new EmbeddingInput.Image(reference, $"{path}image"),
            _ => null,
        };
    }

    public void Take(EmbeddingResult result) => (_vector, Error) = (result.Vector, result.Error);

    public Item ToItem()
    {
        var item = new Item { Id = Id, Payload = _payload };
        item.Vector.Add(_vector!);
        return item;
    }
}
