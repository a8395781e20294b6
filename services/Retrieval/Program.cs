using MultiModalMesh.Retrieval;
using MultiModalMesh.ServiceDefaults;
using MultiModalMesh.ServiceDefaults.Endpoints;

var builder = WebApplication.CreateSlimBuilder(args);
builder.AddServiceDefaults("retrieval");
builder.ListenForGrpc();
builder.AddRetrieval();
return await builder.RunServiceAsync(app => app.MapServiceDefaults().MapRetrieval());
