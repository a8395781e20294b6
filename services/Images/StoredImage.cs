namespace MultiModalMesh.Images;

/// <param name="Id">See <see cref="ImageId"/>.</param>
/// <param name="SizeBytes">Size of the file.</param>
/// <param name="Created">False if the tenant had the same bytes before.</param>
public sealed record StoredImage(string Id, long SizeBytes, bool Created);
