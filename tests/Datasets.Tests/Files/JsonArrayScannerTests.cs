using System.Text;
using MultiModalMesh.Datasets.Files;

namespace MultiModalMesh.Datasets.Tests.Files;

public sealed class JsonArrayScannerTests : IDisposable
{
    private readonly DatasetFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(64)]
    [InlineData(4096)]
    public void Elements_are_found_whatever_the_buffer_cuts_through(int buffer)
    {
        var elements = Enumerable.Range(0, 40).Select(i => $$"""{"id": {{i}}, "text": "{{new string('ä', i * 7)}}\"]}", "inner": [[1], {"a": []}]}""").ToArray();
        var json = $$"""  {"x": {"wanted": [1, 2]}, "other": [{"a": [3]}], "wanted": [ {{string.Join(" ,\n ", elements)}} ], "y": null, "more": [7, "s", null]}  """;
        _folder.With("file.json", json);
        using var scanner = new JsonArrayScanner(_folder["file.json"], ["wanted", "more"], buffer);
        var bytes = Encoding.UTF8.GetBytes(json);
        var found = new List<(string, string)>();
        while (scanner.Next() is { } element)
        {
            found.Add((element.Array, Encoding.UTF8.GetString(element.Json.Span)));
            Assert.Equal(element.Json.ToArray(), bytes.AsSpan((int)element.Source.Offset, element.Json.Length).ToArray());
        }

        Assert.Equal([.. elements.Select(e => ("wanted", e)), ("more", "7"), ("more", "\"s\""), ("more", "null")], found);
    }

    [Theory]
    [InlineData("[{\"a\": 1}, {\"a\": }]", 2, 17)]
    [InlineData("[{\"a\": 1}, {\"a\"", 2, 15)]
    [InlineData("", 0, 0)]
    public void What_is_not_json_is_said_with_its_byte(string json, long record, long offset)
    {
        _folder.With("file.json", json);
        using var scanner = new JsonArrayScanner(_folder["file.json"], [""]);
        var error = Assert.Throws<DatasetRecordException>(() =>
        {
            while (scanner.Next() is not null)
            {
            }
        });
        Assert.Equal(record, error.Problem.Source.Record);
        Assert.InRange(error.Problem.Source.Offset, offset - 6, offset);
    }
}
