using System.Globalization;
using Grpc.Core;
using MultiModalMesh.Benchmarks.Baselines;
using MultiModalMesh.Benchmarks.Hosting;
using MultiModalMesh.Text.V1;
using MultiModalMesh.TextEncoder;

namespace MultiModalMesh.Benchmarks.Encoders;

/// <summary>The text encoder role with its client, and the bare loop on the same file.</summary>
internal sealed class TextSetup : IAsyncDisposable
{
    private readonly LoopbackRole _role;
    private readonly TextEncoderService.TextEncoderServiceClient _client;
    private readonly Random _random = new(3);
    private int _next;

    private TextSetup(LoopbackRole role)
    {
        _role = role;
        _client = new(role.Channel);
        Bare = new BareText(role.Pack.Pack, Bench.Threads);
    }

    public BareText Bare { get; }

    public static async Task<TextSetup> StartAsync(Bench bench) =>
        new(await LoopbackRole.StartAsync(bench.Packs.Clip, builder => builder.AddTextEncoder(), app => app.MapTextEncoder()));

    /// <summary>Sentences of 3 to 12 words, all different.</summary>
    public string[] Next(int count) => [.. Enumerable.Range(0, count).Select(_ => Sentence())];

    /// <summary>One call for one text.</summary>
    public async Task EncodeAsync(string text)
    {
        using var call = _client.EncodeTexts();
        await call.RequestStream.WriteAsync(new EncodeTextsRequest { Config = new EncodeTextsConfig() });
        await call.RequestStream.WriteAsync(new EncodeTextsRequest { Text = new TextInput { Text = text } });
        await call.RequestStream.CompleteAsync();
        await foreach (var response in call.ResponseStream.ReadAllAsync())
        {
            _ = response.Embedding.Count > 0 ? response : throw new InvalidOperationException("A text has no embedding.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        Bare.Dispose();
        await _role.DisposeAsync();
    }

    private string Sentence()
    {
        var words = Enumerable.Range(0, _random.Next(3, 13)).Select(_ => new string([.. Enumerable.Range(0, _random.Next(2, 6)).Select(_ => (char)('a' + _random.Next(26)))]));
        return string.Create(CultureInfo.InvariantCulture, $"{string.Join(' ', words)} {_next++}");
    }
}
