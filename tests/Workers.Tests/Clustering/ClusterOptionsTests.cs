using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;
using MultiModalMesh.Workers.Clustering;

namespace MultiModalMesh.Workers.Tests.Clustering;

public sealed class ClusterOptionsTests
{
    [Fact]
    public void Defaults_are_valid() => Assert.True(new ClusterOptionsValidator().Validate(null, new ClusterOptions()).Succeeded);

    [Theory]
    [InlineData("here", null, "", "Cluster:Address is 'here'")]
    [InlineData("127.0.0.1", 70000, "", "Cluster:SiloPort is '70000'")]
    [InlineData("127.0.0.1", null, "localhost", "Cluster:Primary is 'localhost'")]
    [InlineData("127.0.0.1", null, "127.0.0.1", "Cluster:Primary is '127.0.0.1'")]
    public void A_wrong_setting_is_refused_by_its_key_and_value(string address, int? siloPort, string primary, string expected)
    {
        var result = new ClusterOptionsValidator().Validate(null, new ClusterOptions { Address = address, SiloPort = siloPort, Primary = primary });

        Assert.Contains(expected, result.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void The_silo_role_takes_the_ports_that_others_look_for_and_is_its_own_primary()
    {
        var endpoints = Endpoints(new ClusterOptions { SiloPort = 0, GatewayPort = 0 }, "silo", "worker");

        Assert.NotEqual(0, endpoints.SiloPort);
        Assert.NotEqual(endpoints.SiloPort, endpoints.GatewayPort);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, endpoints.SiloPort), endpoints.Primary);
    }

    [Fact]
    public void A_worker_takes_a_free_port_lets_no_client_in_and_looks_for_the_silo()
    {
        var endpoints = Endpoints(new ClusterOptions(), "worker");

        Assert.NotEqual(0, endpoints.SiloPort);
        Assert.Equal(0, endpoints.GatewayPort);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, ClusterOptions.DefaultSiloPort), endpoints.Primary);
    }

    [Fact]
    public void A_port_in_use_is_one_sentence_with_its_key()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;

        var error = Assert.Throws<OptionsValidationException>(() => Endpoints(new ClusterOptions { SiloPort = port, GatewayPort = 0 }, "silo"));

        Assert.Contains($"Cluster:SiloPort is '{port}'", Assert.Single(error.Failures), StringComparison.Ordinal);
    }

    private static SiloEndpoints Endpoints(ClusterOptions options, params string[] names)
    {
        var roles = new ClusterRoles();
        foreach (var name in names)
        {
            roles.Add(name);
        }

        return new SiloEndpoints(Options.Create(options), roles);
    }
}
