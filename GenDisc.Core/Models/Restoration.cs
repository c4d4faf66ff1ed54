using GenDisc.Core.Data;
using GenDisc.Core.Models.Diffusion;
using GenDisc.Core.Training;
using static TorchSharp.torch;

namespace GenDisc.Core.Models;

/// <summary>What a trained model makes of the examples of a dataset, in their place.</summary>
public static class Restoration
{
    /// <summary>Sweeps of <see cref="Infill"/>.</summary>
    public const int Sweeps = 20;

    /// <summary>The dataset with the given rows as <see cref="HybridModel.Reconstruct(TorchSharp.torch.Tensor)"/> leaves them.</summary>
    /// <param name="model">Put into evaluation mode.</param>
    /// <param name="data">Of the model's shape.</param>
    /// <param name="rows">Of <paramref name="data"/>.</param>
    /// <param name="device">Of the model.</param>
    /// <param name="cancel">Looked at before every batch.</param>
    /// <param name="noise">
    /// Deviation of the noise that is known to be on the examples, in their units: a diffusion model of the data takes off that
    /// much (<see cref="HybridModel.Denoise"/>). 0: it is not known.
    /// </param>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static Dataset Reconstruct(
        HybridModel model, Dataset data, ReadOnlyMemory<int> rows, Device device, CancellationToken cancel, double noise = 0)
    {
        var isKnown = noise > 0 && model.Diffusion is not null && !model.DiffusesLatents;
        return Restore(
            model, data, rows, device, cancel, (x, _) => Within(data, isKnown ? model.Denoise(x, noise) : model.Reconstruct(x)));
    }

    /// <summary>
    /// The dataset with what is not seen of the given rows filled in: from <paramref name="start"/> on,
    /// <see cref="Sweeps"/> times x ← reconstruction of x, with what is seen put back (Rezende, Mohamed and Wierstra 2014,
    /// appendix F, with means in place of draws from q(z|x) and p(x|z), so that the answer is one and the same each time).
    /// What is seen stays exactly as it is. A diffusion model draws what is not seen instead, see <see cref="Infilling"/>: what
    /// becomes of a row depends on <paramref name="stream"/> and the row alone.
    /// </summary>
    /// <param name="model">Put into evaluation mode.</param>
    /// <param name="data">Of the model's shape.</param>
    /// <param name="rows">Of <paramref name="data"/>.</param>
    /// <param name="seen">Whether it is seen, for each number of <paramref name="data"/>.</param>
    /// <param name="start">What is not seen reads at first, for each number of an example: see <see cref="SeenMeans"/>.</param>
    /// <param name="device">Of the model.</param>
    /// <param name="cancel">Looked at before every batch, and by a diffusion model before every move.</param>
    /// <param name="stream">Names the draws of a diffusion model.</param>
    /// <exception cref="OperationCanceledException">It was asked to stop.</exception>
    public static Dataset Infill(
        HybridModel model,
        Dataset data,
        ReadOnlyMemory<int> rows,
        bool[] seen,
        float[] start,
        Device device,
        CancellationToken cancel,
        string stream = "")
    {
        var size = data.ExampleSize;
        return Restore(model, data, rows, device, cancel, (x, members) =>
        {
            var masks = new bool[members.Length * size];
            for (var i = 0; i < members.Length; i++)
                seen.AsSpan(members.Span[i] * size, size).CopyTo(masks.AsSpan(i * size));
            var mask = tensor(masks, device: device).view(x.shape);
            var filled = where(mask, x, tensor(start, device: device).view([1, .. x.shape[1..]]));
            if (model.Diffusion is not null)
            {
                var noise = new RowNoise(stream, members.Span, size);
                return where(mask, x, Within(data, model.Infill(filled, mask, () => noise.Next(x.shape, device), cancel)));
            }

            for (var sweep = 0; sweep < Sweeps; sweep++)
            {
                using var pass = NewDisposeScope();
                filled = where(mask, x, Within(data, model.Reconstruct(filled))).MoveToOuterDisposeScope();
            }

            return filled;
        });
    }

    /// <summary>Mean of what is seen of the given rows, for each number of an example; where nothing is, of all that is.</summary>
    /// <param name="data">Images or vectors.</param>
    /// <param name="rows">Of <paramref name="data"/>.</param>
    /// <param name="seen">Whether it is seen, for each number of <paramref name="data"/>.</param>
    public static float[] SeenMeans(Dataset data, ReadOnlySpan<int> rows, bool[] seen)
    {
        var size = data.ExampleSize;
        var (sums, counts, example) = (new double[size], new int[size], new float[size]);
        foreach (var row in rows)
        {
            Examples.Read(data, row, example);
            for (var i = 0; i < size; i++)
            {
                if (!seen[(row * size) + i]) continue;
                sums[i] += example[i];
                counts[i]++;
            }
        }

        var overall = sums.Sum() / Math.Max(1, counts.Sum());
        var means = new float[size];
        for (var i = 0; i < size; i++) means[i] = (float)(counts[i] > 0 ? sums[i] / counts[i] : overall);
        return means;
    }

    private static Dataset Restore(
        HybridModel model,
        Dataset data,
        ReadOnlyMemory<int> rows,
        Device device,
        CancellationToken cancel,
        Func<Tensor, ReadOnlyMemory<int>, Tensor> restored)
    {
        using var inference = no_grad();
        model.eval();
        var copy = new DatasetCopy(data);
        var done = 0;
        var atOnce = Math.Min(Trainer.EvaluationBatch, model.Diffusion?.Chunk ?? Trainer.EvaluationBatch);
        foreach (var batch in Batches.Sequential(new Split(data, rows), atOnce, device))
        {
            using (batch)
            {
                cancel.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                var members = rows.Slice(done, batch.Count);
                var numbers = restored(batch.X, members).cpu().contiguous().data<float>().ToArray();
                for (var i = 0; i < batch.Count; i++)
                    copy.Write(members.Span[i], numbers.AsSpan(i * data.ExampleSize, data.ExampleSize));
                done += batch.Count;
            }
        }

        return copy.Finish();
    }

    /// <summary>Images stay images on the way, too.</summary>
    private static Tensor Within(Dataset data, Tensor x) => data.ExampleShape.Length == 3 ? x.clamp(0, 1) : x;
}
