using GenDisc.Core.Runtime;
using static TorchSharp.torch;

namespace GenDisc.Core.Models.Diffusion.Sampling;

/// <summary>Goes along with every chunk of a long sampling: stops it where it is asked to or has gone wrong, and says how far it is.</summary>
/// <param name="inner">Is told of the way; null: nobody.</param>
/// <param name="from">Share of the whole that was done before this chunk.</param>
/// <param name="share">That the chunk has in the whole.</param>
/// <param name="progress">Is told the share done; null: nobody.</param>
/// <param name="cancel">Looked at after every move.</param>
internal sealed class Attended(
    ISamplingWatch? inner, double from, double share, Action<double>? progress, CancellationToken cancel) : ISamplingWatch
{
    /// <inheritdoc/>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    /// <exception cref="UserError">Numbers are not finite.</exception>
    public Tensor Moved(int done, int count, int step, Tensor x, Tensor data)
    {
        cancel.ThrowIfCancellationRequested();
        using (NewDisposeScope())
        {
            if (!x.isfinite().all().item<bool>())
            {
                throw new UserError(
                    $"samples are not finite: the diffusion model's network gave numbers that are not, {done} of {count} looks into drawing.\n"
                    + "Train it at a lower learning rate or with `|> clip 1.0`, or draw with more steps and a smaller guidance weight.");
            }
        }

        progress?.Invoke(from + (share * done / count));
        return inner?.Moved(done, count, step, x, data) ?? x;
    }
}
