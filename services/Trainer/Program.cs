using MultiModalMesh.Trainer.Commands;

return await TrainerCommandLine.InvokeAsync(args);
