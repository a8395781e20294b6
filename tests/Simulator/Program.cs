using MultiModalMesh.Simulator;

return await SimulatorCommandLine.RunAsync(args);
