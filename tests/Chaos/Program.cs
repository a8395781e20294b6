using MultiModalMesh.Chaos;

return await ChaosCommandLine.RunAsync(args);
