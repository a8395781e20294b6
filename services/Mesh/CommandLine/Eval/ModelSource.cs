using System.CommandLine;
using System.Net.Http.Headers;
using MultiModalMesh.Errors;
using MultiModalMesh.Evaluation.ModelRuns;
using MultiModalMesh.Mesh.Client;

namespace MultiModalMesh.Mesh.CommandLine.Eval;

/// <summary>Where models are asked: another endpoint, or the mesh, which is started when the first is needed.</summary>
internal sealed class ModelSource(EvalOptions options, ParseResult result) : IAsyncDisposable
{
    private MeshConnection? _mesh;
    private HttpClient? _http;

    /// <summary>As it was asked for.</summary>
    public string Model => result.GetValue(options.Connection.Model) ?? "default";

    /// <exception cref="MeshException">InvalidRequest: the endpoint's options do not fit. Whatever starting a mesh throws.</exception>
    public async Task<ModelEndpoint> OpenAsync(string model, int? maxTokens, CancellationToken cancellationToken)
    {
        _http ??= result.GetValue(options.Endpoint) is { } endpoint ? OpenEndpoint(endpoint) : await OpenMeshAsync(cancellationToken);
        return new ModelEndpoint(_http, model, maxTokens, TimeProvider.System);
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (_mesh is not null)
        {
            await _mesh.DisposeAsync();
        }
    }

    private async Task<HttpClient> OpenMeshAsync(CancellationToken cancellationToken)
    {
        _mesh = await options.Connection.ConnectAsync(result, cancellationToken);
        return _mesh.OpenHttp("/v1/");
    }

    private HttpClient OpenEndpoint(Uri endpoint)
    {
        if (result.GetValue(options.Connection.Model) is null)
        {
            throw new MeshException(ErrorReason.InvalidRequest, "--endpoint needs --model: which of the server's models to ask.") { Field = "model" };
        }

        // A path without a slash at its end would lose its last part below.
        var http = new HttpClient { BaseAddress = new Uri(endpoint.AbsoluteUri.TrimEnd('/') + "/"), Timeout = Timeout.InfiniteTimeSpan };
        if (result.GetValue(options.ApiKeyVariable) is { } variable)
        {
            var key = Environment.GetEnvironmentVariable(variable)
                ?? throw new MeshException(ErrorReason.InvalidRequest, $"--api-key-env names '{variable}', but there is no such environment variable.") { Field = "api-key-env" };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        return http;
    }
}
