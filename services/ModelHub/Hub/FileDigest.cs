using System.Security.Cryptography;
using System.Text;

namespace MultiModalMesh.ModelHub.Hub;

/// <summary>Hashes a file as it comes, and compares it with what was announced.</summary>
internal sealed class FileDigest : IDisposable
{
    private readonly HubFile _file;
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Git names its blobs by SHA-1; for files that git holds itself there is no other announced checksum.</summary>
    private readonly IncrementalHash? _blob;

    public FileDigest(HubFile file)
    {
        _file = file;
        if (file.Sha256 is null)
        {
            _blob = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
            _blob.AppendData(Encoding.ASCII.GetBytes($"blob {file.Bytes}\0"));
        }
    }

    /// <summary>Lower-case hexadecimal.</summary>
    public string Sha256 => Convert.ToHexStringLower(_sha256.GetCurrentHash());

    public void Append(ReadOnlySpan<byte> content)
    {
        _sha256.AppendData(content);
        _blob?.AppendData(content);
    }

    public bool Matches() => _blob is null ? Sha256 == _file.Sha256 : Convert.ToHexStringLower(_blob.GetCurrentHash()) == _file.GitSha1;

    public void Dispose()
    {
        _sha256.Dispose();
        _blob?.Dispose();
    }
}
