using System.Net;
using System.Net.Http.Headers;
using MultiModalMesh.Errors;

namespace MultiModalMesh.ModelHub.Hub;

/// <summary>
/// Requests to one hub. Redirects are followed here and not by the HTTP client, so that the token stays with the hub: the hosts that files are
/// redirected to do not get it. Safe for concurrent use.
/// </summary>
internal sealed class HubConnection : IDisposable
{
    private const int MaxRedirects = 5;

    private readonly HttpClient _http;
    private readonly HubOptions _options;
    private readonly TimeProvider _time;
    private readonly AuthenticationHeaderValue? _authorization;

    public HubConnection(HubOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        Base = options.Endpoint.AbsolutePath.EndsWith('/') ? options.Endpoint : new UriBuilder(options.Endpoint) { Path = options.Endpoint.AbsolutePath + "/" }.Uri;
        (_authorization, Token) = Authorize(options.Token?.Trim());

        // Content is counted and hashed as it travels, so nothing may be unpacked on the way.
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("multimodalmesh", typeof(HubConnection).Assembly.GetName().Version?.ToString(3)));
        _http.DefaultRequestHeaders.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
    }

    /// <summary>The hub's address, with a slash at its end.</summary>
    public Uri Base { get; }

    public TokenUse Token { get; }

    /// <summary>Whether an address belongs to the hub itself: same scheme, host and port.</summary>
    public bool IsHub(Uri address) => Uri.Compare(address, Base, UriComponents.SchemeAndServer, UriFormat.SafeUnescaped, StringComparison.OrdinalIgnoreCase) == 0;

    /// <summary>Sends a GET and follows redirects. The caller disposes the answer, a success whose body is not read yet.</summary>
    /// <param name="address">An address of the hub.</param>
    /// <param name="subject">For the message of a refusal.</param>
    /// <param name="prepare">Sets headers, at every hop.</param>
    /// <exception cref="MeshException">ModelNotFound, HubAccessDenied, HubAnswerInvalid, HubUnavailable.</exception>
    /// <exception cref="HubInterruptedException">Another attempt may help.</exception>
    public async Task<HttpResponseMessage> GetAsync(Uri address, HubSubject subject, Action<HttpRequestHeaders>? prepare, CancellationToken cancellationToken)
    {
        var atHub = true;
        for (var hop = 0; hop <= MaxRedirects; hop++)
        {
            // Once a redirect has left the hub, the token stays away, wherever later hops lead.
            atHub = atHub && IsHub(address);
            var response = await SendAsync(address, atHub, prepare, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                address = (int)response.StatusCode is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location
                    ? Follow(address, location, subject)
                    : throw HubRefusal.From(response, subject, Base, atHub, Token, _time.GetUtcNow());
            }
        }

        throw new MeshException(ErrorReason.HubAnswerInvalid, $"{Base.Authority} redirects more than {MaxRedirects} times for {subject}.");
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(Uri address, bool atHub, Action<HttpRequestHeaders>? prepare, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        prepare?.Invoke(request.Headers);
        request.Headers.Authorization = atHub ? _authorization : null;
        try
        {
            return await Stall.GuardAsync(
                token => _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, token), _options.StallTimeout, _time, cancellationToken);
        }
        catch (HttpRequestException failure)
        {
            throw new HubInterruptedException($"{address.Authority} cannot be reached ({failure.Message.TrimEnd('.')})", inner: failure);
        }
    }

    private static Uri Follow(Uri from, Uri location, HubSubject subject)
    {
        var target = new Uri(from, location);
        return target.Scheme == "https" || (target.Scheme == "http" && from.Scheme == "http")
            ? target
            : throw new MeshException(ErrorReason.HubAnswerInvalid, $"{from.Authority} redirects {subject} to a {target.Scheme} address, which is less safe than {from.Scheme}; that is refused.");
    }

    private (AuthenticationHeaderValue? Header, TokenUse Use) Authorize(string? token)
    {
        if (string.IsNullOrEmpty(token))
        {
            return (null, TokenUse.None);
        }

        if (token.Any(c => c is <= ' ' or > '~'))
        {
            throw new MeshException(ErrorReason.InvalidRequest, "HF_TOKEN is not a token: it has spaces or other characters that no token has.");
        }

        return Base.Scheme == "https" || Base.IsLoopback ? (new AuthenticationHeaderValue("Bearer", token), TokenUse.Sent) : (null, TokenUse.Withheld);
    }
}
