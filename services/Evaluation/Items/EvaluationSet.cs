using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace MultiModalMesh.Evaluation.Items;

/// <summary>Items with unique ids, and where they came from.</summary>
public sealed class EvaluationSet
{
    private readonly Dictionary<string, EvaluationItem> _byId = new(StringComparer.Ordinal);

    /// <param name="name">Of the file or folder, for reports.</param>
    /// <param name="file">To blame for what is wrong.</param>
    /// <param name="items">In the order of the file.</param>
    /// <exception cref="Errors.MeshException">EvaluationFileInvalid: no item, or an id twice.</exception>
    public EvaluationSet(string name, DataFile file, IReadOnlyList<EvaluationItem> items)
    {
        (Name, Items) = (name, items);
        if (items.Count == 0)
        {
            throw file.Refuse("the file", "there is nothing to evaluate");
        }

        foreach (var item in items)
        {
            if (!_byId.TryAdd(item.Id, item))
            {
                throw file.Refuse($"id '{item.Id}'", "it stands there twice");
            }
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var item in items)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { item.Id, item.Question, item.Turns, item.References })));
        }

        Fingerprint = Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }

    private EvaluationSet(EvaluationSet whole, IReadOnlyList<EvaluationItem> items)
    {
        (Name, Items, Fingerprint) = (whole.Name, items, whole.Fingerprint);
        _byId = whole._byId;
        Notes = whole.Notes;
    }

    public string Name { get; }

    public IReadOnlyList<EvaluationItem> Items { get; }

    /// <summary>What a reader of its figures must know, such as what was left out.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Of ids, questions and references of the whole set; the same for a part of it.</summary>
    public string Fingerprint { get; }

    /// <summary>Whether the whole set has that id, even where a part of it has not.</summary>
    public bool Knows(string id) => _byId.ContainsKey(id);

    public EvaluationSet Only(Func<EvaluationItem, bool> wanted) => new(this, [.. Items.Where(wanted)]);

    public EvaluationSet First(int count) => new(this, [.. Items.Take(count)]);

    /// <summary>The same items with more columns.</summary>
    public EvaluationSet With(IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> columns) => new(
        this,
        [.. Items.Select(item => columns.TryGetValue(item.Id, out var more)
            ? item with { Metadata = item.Metadata.Concat(more).GroupBy(c => c.Key, StringComparer.Ordinal).ToDictionary(c => c.Key, c => c.Last().Value, StringComparer.Ordinal) }
            : item)]);
}
