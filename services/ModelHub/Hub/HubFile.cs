namespace MultiModalMesh.ModelHub.Hub;

/// <summary>A revision that was looked up once; every later request names its commit, so that a push in between changes nothing.</summary>
/// <param name="Repository"><c>owner/name</c>.</param>
/// <param name="Revision">As it was asked for.</param>
/// <param name="Commit">Hexadecimal.</param>
/// <param name="License">As the model card says, such as <c>apache-2.0</c>; null where it says nothing.</param>
public sealed record HubRevision(string Repository, string Revision, string Commit, string? License);

/// <summary>A file of a repository, as the hub announces it.</summary>
/// <param name="Path">Within the repository, with forward slashes; checked to stay inside.</param>
/// <param name="Bytes">Size of the content.</param>
/// <param name="GitSha1">Name of git's blob: SHA-1 of <c>blob {size}\0</c> and the content. Of a large file it names the pointer to it.</param>
/// <param name="Sha256">Of the content, for large files (LFS); null for those that git holds itself.</param>
public sealed record HubFile(string Path, long Bytes, string GitSha1, string? Sha256)
{
    /// <summary>What identifies the content, whatever commit it is read at.</summary>
    internal string Digest => Sha256 ?? GitSha1;
}
