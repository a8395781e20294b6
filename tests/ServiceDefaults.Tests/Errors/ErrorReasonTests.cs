using MultiModalMesh.Errors;
using MultiModalMesh.ServiceDefaults.Errors;

namespace MultiModalMesh.ServiceDefaults.Tests.Errors;

public sealed class ErrorReasonTests
{
    public static TheoryData<string> Codes => [.. typeof(ErrorReason).GetFields().Select(f => f.GetValue(null)).OfType<ErrorReason>().Select(r => r.Code)];

    [Theory]
    [MemberData(nameof(Codes))]
    public void Every_reason_survives_the_way_over_the_wire(string code)
    {
        var reason = ErrorReason.Find(code)!;

        Assert.Equal(reason, new MeshException(reason, "why").ToRpcException().ToMeshException().Reason);
    }

    [Fact]
    public void A_reason_of_a_newer_peer_is_taken_by_its_status()
    {
        var error = new MeshException(new ErrorReason("FROM_THE_FUTURE", ErrorCategory.Overloaded), "later").ToRpcException();

        Assert.Equal(ErrorReason.Overloaded, error.ToMeshException().Reason);
    }
}
