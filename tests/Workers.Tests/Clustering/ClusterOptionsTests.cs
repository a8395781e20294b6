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

    [Theory]
    [InlineData("consul", "x", "Cluster:Provider is 'consul'")]
    [InlineData("redis", "", "Cluster:ConnectionString is missing; redis needs one such as '127.0.0.1:6379'")]
    [InlineData("redis", "127.0.0.1:6379,passwrod=hidden", "Cluster:ConnectionString cannot be read")]
    [InlineData("redis", "password=hidden", "Cluster:ConnectionString names no server")]
    [InlineData("postgresql", "Host=db;Passwrod=hidden", "Cluster:ConnectionString cannot be read")]
    [InlineData("postgresql", "Password=hidden", "Cluster:ConnectionString names no server")]
    [InlineData("localhost", "127.0.0.1:6379", "Cluster:ConnectionString is set, but Cluster:Provider is 'localhost'")]
    public void A_provider_that_cannot_work_is_refused_without_telling_the_password(string provider, string connectionString, string expected)
    {
        var message = Assert.Single(new ClusterOptions { Provider = provider, ConnectionString = connectionString }.Problems);

        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("redis", "127.0.0.1:6379", "127.0.0.1", false)]
    [InlineData("localhost", "", "10.0.0.7", false)]
    [InlineData("postgresql", "Host=db;Username=mesh", "10.0.0.7", true)]
    public void A_pod_needs_a_server_and_its_own_address(string provider, string connectionString, string address, bool isValid)
    {
        var options = new ClusterOptions { Provider = provider, ConnectionString = connectionString, Address = address, Kubernetes = true };

        Assert.Equal(isValid, options.Problems.Count == 0);
    }

    [Fact]
    public void A_second_silo_cannot_join_one_that_keeps_the_list_of_members()
    {
        var error = Assert.Throws<OptionsValidationException>(() => Endpoints(new ClusterOptions { SiloPort = 0, GatewayPort = 0, Primary = "127.0.0.1:11111" }, "silo"));

        Assert.Contains("Cluster:Primary is '127.0.0.1:11111'", Assert.Single(error.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void In_a_network_of_its_own_a_process_listens_everywhere_and_tells_its_address()
    {
        var endpoints = Endpoints(new ClusterOptions { Address = "127.0.0.1", ListenAny = true, SiloPort = 0, GatewayPort = 0 }, "silo");

        Assert.Equal((IPAddress.Loopback, IPAddress.Any), (endpoints.Address, endpoints.Listen));
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
