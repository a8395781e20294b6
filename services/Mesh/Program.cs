using MultiModalMesh.Mesh.CommandLine;

return await MeshCommandLine.InvokeAsync(args);
