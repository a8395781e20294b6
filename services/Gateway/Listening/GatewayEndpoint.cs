namespace MultiModalMesh.Gateway.Listening;

/// <summary>Marks an endpoint as the gateway's own: only these, and health, are reachable on the gateway's ports.</summary>
/// <param name="IsOpen">Needs no API key: the console's files, the API's description.</param>
internal sealed record GatewayEndpoint(bool IsOpen);

/// <summary>Marks a connection that came in on one of the gateway's ports.</summary>
internal sealed record GatewayConnection;
