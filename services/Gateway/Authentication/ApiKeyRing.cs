using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using MultiModalMesh.Errors;

namespace MultiModalMesh.Gateway.Authentication;

/// <summary>The configured keys. Kept and compared as hashes in constant time, so that neither memory nor timing tells a key.</summary>
internal sealed class ApiKeyRing(IOptions<GatewayOptions> options)
{
    private readonly (byte[] Hash, Caller Owner)[] _keys =
        [.. options.Value.ApiKeys.Select(key => (Hash(key.Key), new Caller(key.Tenant, key.User)))];

    /// <summary>Whose key it is.</summary>
    /// <param name="key">As the request carried it; null or empty if it carried none.</param>
    /// <exception cref="MeshException">ApiKeyMissing, ApiKeyInvalid.</exception>
    public Caller Authenticate(string? key)
    {
        if (_keys.Length == 0)
        {
            return Caller.Default;
        }

        if (string.IsNullOrEmpty(key))
        {
            throw new MeshException(ErrorReason.ApiKeyMissing, "This needs an API key: send it as 'Authorization: Bearer KEY' or 'x-api-key: KEY'.");
        }

        var hash = Hash(key);
        Caller? owner = null;
        foreach (var known in _keys)
        {
            // No early exit: the time must not depend on which key it is.
            owner = CryptographicOperations.FixedTimeEquals(known.Hash, hash) ? known.Owner : owner;
        }

        return owner ?? throw new MeshException(ErrorReason.ApiKeyInvalid, "The API key is not known here. Check it, or ask whoever runs this mesh for one.");
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
