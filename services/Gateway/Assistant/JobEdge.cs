using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using MultiModalMesh.Assistant.V1;
using MultiModalMesh.Errors;
using MultiModalMesh.Gateway.Authentication;
using MultiModalMesh.Gateway.Jobs;
using MultiModalMesh.Grains.Jobs;

namespace MultiModalMesh.Gateway.Assistant;

/// <summary>Jobs over gRPC: the same as /api/jobs, in protobuf.</summary>
internal sealed class JobEdge(JobDesk jobs) : JobService.JobServiceBase
{
    public override async Task<SubmitJobResponse> SubmitJob(SubmitJobRequest request, ServerCallContext context)
    {
        var command = new SubmitJobCommand
        {
            RequestId = request.RequestId,
            Skill = (Grains.Dialogues.Skill)request.Skill,
            Text = request.Text,
            Items = [.. request.Items.Select(item => new Grains.Jobs.JobItem(item.Id, item.ImageId, item.Text))],
            Options = AssistantMessages.FromProto(request.Options),
        };
        return new SubmitJobResponse { Job = ToProto(await jobs.SubmitAsync(CallerOf(context), command, context.CancellationToken)) };
    }

    public override async Task<GetJobResponse> GetJob(GetJobRequest request, ServerCallContext context) => new()
    {
        Job = ToProto(await jobs.GetAsync(CallerOf(context), request.JobId, context.CancellationToken)),
    };

    public override async Task<ListJobsResponse> ListJobs(ListJobsRequest request, ServerCallContext context)
    {
        var page = await jobs.ListAsync(CallerOf(context), request.PageSize, request.PageToken, context.CancellationToken);
        return new ListJobsResponse { Jobs = { page.Jobs.Select(ToProto) }, NextPageToken = page.NextPageToken };
    }

    public override async Task WatchJob(WatchJobRequest request, IServerStreamWriter<WatchJobResponse> responseStream, ServerCallContext context)
    {
        if (request.AfterNumber < 0)
        {
            throw new MeshException(ErrorReason.InvalidRequest, $"after_number is {request.AfterNumber}, but must be 0 or greater.") { Field = "after_number" };
        }

        await foreach (var page in jobs.ReadAsync(CallerOf(context), request.JobId, request.AfterNumber, follow: true, context.CancellationToken))
        {
            foreach (var result in page.Results)
            {
                await responseStream.WriteAsync(new WatchJobResponse { Result = ToProto(result) }, context.CancellationToken);
            }

            if (page.IsLast)
            {
                await responseStream.WriteAsync(new WatchJobResponse { Ended = ToProto(page.Job) }, context.CancellationToken);
            }
        }
    }

    public override async Task<CancelJobResponse> CancelJob(CancelJobRequest request, ServerCallContext context) => new()
    {
        Job = ToProto(await jobs.CancelAsync(CallerOf(context), request.JobId, context.CancellationToken)),
    };

    public override async Task<DeleteJobResponse> DeleteJob(DeleteJobRequest request, ServerCallContext context)
    {
        await jobs.DeleteAsync(CallerOf(context), request.JobId, context.CancellationToken);
        return new DeleteJobResponse();
    }

    private static Caller CallerOf(ServerCallContext context) => context.GetHttpContext().Caller();

    // Skills and states have the same numbers on both sides.
    private static Job ToProto(JobView job) => new()
    {
        JobId = job.JobId,
        RequestId = job.RequestId,
        State = (MultiModalMesh.Assistant.V1.JobState)job.State,
        Skill = (MultiModalMesh.Assistant.V1.Skill)job.Skill,
        Total = job.Total,
        Done = job.Done,
        Failed = job.Failed,
        Running = job.Running,
        CreateTime = job.CreatedAt.ToTimestamp(),
        EndTime = job.EndedAt?.ToTimestamp(),
        Remaining = job.Remaining?.ToDuration(),
    };

    private static MultiModalMesh.Assistant.V1.JobResult ToProto(Grains.Jobs.JobResult result)
    {
        var message = new MultiModalMesh.Assistant.V1.JobResult
        {
            Number = result.Number,
            Index = result.Index,
            Item = new MultiModalMesh.Assistant.V1.JobItem { Id = result.Item.Id, ImageId = result.Item.ImageId, Text = result.Item.Text },
            Usage = result.Usage is { } usage ? new Usage { PromptTokens = usage.PromptTokens, CachedTokens = usage.CachedTokens, CompletionTokens = usage.CompletionTokens } : null,
            Model = result.Model,
        };
        if (result.Error is { } error)
        {
            message.Error = new TurnError { Reason = error.Reason, Message = error.Message };
        }
        else
        {
            message.Answer = result.Answer;
        }

        return message;
    }
}
