using System.CommandLine;
using MultiModalMesh.Trainer;
using MultiModalMesh.Trainer.Commands;

if (args is not ([] or ["-h"] or ["--help"] or ["--version"] or [_, "-h" or "--help"]) && NativeRuntime.WhatIsMissing() is { } missing)
{
    Console.Error.WriteLine(missing);
    return 2;
}

return await new RootCommand("Trains picto, the model that MultiModalMesh ships.") { PrepareCommand.Create(), TrainCommand.Create(), EvaluateCommand.Create(), ExportCommand.Create() }.Parse(args).InvokeAsync();
