using System.Text;
using MultiModalMesh.Decoder.V1;
using MultiModalMesh.Grains.Dialogues;
using MultiModalMesh.Grains.Workers;
using MultiModalMesh.Workers;

namespace MultiModalMesh.Grains.Jobs;

/// <summary>Asks a decoder one item of a job. The same item gives the same answer, as a turn with the same settings does.</summary>
internal sealed class JobItemRunner(WorkerPool workers)
{
    /// <exception cref="Errors.MeshException">No answer, for a reason that may pass or not.</exception>
    public async Task<ResultRecord> RunAsync(JobKey key, JobHeader job, JobItemRecord item, int index, CancellationToken cancellationToken)
    {
        var route = new RouteRequest { Capability = Capabilities.Chat, Model = job.Options.Model };
        var (answer, model, usage) = (new StringBuilder(), "", (TurnUsage?)null);
        await foreach (var response in workers.GenerateAsync(route, RequestFor(key, job, item), cancellationToken))
        {
            switch (response.EventCase)
            {
                case GenerateResponse.EventOneofCase.Prompt:
                    model = response.Prompt.Model;
                    break;
                case GenerateResponse.EventOneofCase.Token:
                    answer.Append(response.Token.TextDelta);
                    break;
                case GenerateResponse.EventOneofCase.Completed:
                    answer.Append(response.Completed.TextDelta);
                    usage = response.Completed.Usage is { } used ? new TurnUsage(used.PromptTokens, used.CachedTokens, used.CompletionTokens) : null;
                    break;
            }
        }

        return new ResultRecord(index, answer.ToString(), null, usage, model);
    }

    private static GenerateRequest RequestFor(JobKey key, JobHeader job, JobItemRecord item)
    {
        var view = item.ToView();
        var text = string.IsNullOrWhiteSpace(view.Text) ? job.Text : view.Text;
        return new GenerateRequest
        {
            Tenant = key.Tenant,
            Priority = Priority.Bulk,
            MaxNewTokens = job.Options.MaxTokens,
            Sampling = new Sampling { Temperature = job.Options.Temperature, TopP = job.Options.TopP, Seed = job.Seed },
            Constraint = ConversationPrompt.ToConstraint(job.Options.Format),
            Messages = { ConversationPrompt.UserMessage(key.Tenant, text, view.ImageId.Length > 0 ? [view.ImageId] : []) },
        };
    }
}
