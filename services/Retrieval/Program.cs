using MultiModalMesh.Retrieval;
using MultiModalMesh.ServiceDefaults;
using MultiModalMesh.ServiceDefaults.Endpoints;
using MultiModalMesh.Workers;

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddServiceDefaults("retrieval");
builder.ListenForGrpc();
builder.AddRetrieval();
builder.AddWorker();
return await builder.RunServiceAsync(app => app.MapServiceDefaults().MapRetrieval());
