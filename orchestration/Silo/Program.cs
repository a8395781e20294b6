using MultiModalMesh.ServiceDefaults;
using MultiModalMesh.ServiceDefaults.Endpoints;
using MultiModalMesh.Silo;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults("silo");
builder.ListenForGrpc();
builder.AddSilo();
return await builder.RunServiceAsync(app =>
{
    app.MapServiceDefaults();
    app.MapSilo();
});
