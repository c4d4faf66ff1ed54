using GenDisc.Core.Data;
using GenDisc.Core.Models;
using GenDisc.Core.Training;
using GenDisc.Core.Training.Energy;
using static TorchSharp.torch;

namespace GenDisc.Core.Evaluation;

/// <summary>What an energy classifier takes for data, and the energies it gives.</summary>
public static class EnergySamples
{
    /// <summary>
    /// The longest chains of the buffer, moved further. A model that was loaded again has a buffer of new starts, whose
    /// chains need many steps.
    /// </summary>
    /// <param name="sampler">Of the trained model; its buffer stays as it is.</param>
    /// <param name="count">At most so many, as the buffer holds.</param>
    /// <param name="steps">Of Langevin dynamics beyond those of training.</param>
    /// <returns>`[count][example size]`, row-major in the shape of the data.</returns>
    public static float[][] Draw(SgldSampler sampler, int count, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        using var scope = NewDisposeScope();
        return Rows(sampler.Advance(sampler.Buffer.Longest(count), steps));
    }

    /// <summary>
    /// Samples of p(x|y) ∝ exp(f_y(x)) (Grathwohl et al. 2020, section 3), by chains from new starts; they take new
    /// numbers from the buffer's source of starts.
    /// </summary>
    /// <param name="sampler">Of the trained model.</param>
    /// <param name="label">y, from 0.</param>
    /// <param name="count">At least 1.</param>
    /// <param name="steps">Of Langevin dynamics.</param>
    /// <returns>`[count][example size]`</returns>
    public static float[][] DrawOf(SgldSampler sampler, int label, int count, int steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(label);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        using var scope = NewDisposeScope();
        return Rows(sampler.Advance(sampler.Buffer.Starts(count), steps, label));
    }

    /// <summary>E(x) of every example of a split, nats, in evaluation mode.</summary>
    public static double[] Energies(HybridModel model, Split split, Device device)
    {
        var energies = new List<double>(split.Count);
        foreach (var batch in Batches.Sequential(split, Trainer.EvaluationBatch, device))
        {
            using (batch) AddTo(energies, model, batch.X);
        }

        return [.. energies];
    }

    /// <summary>E(x) of examples, nats, in evaluation mode.</summary>
    /// <param name="examples">`[examples][example size]`</param>
    /// <param name="shape">Of one.</param>
    public static double[] Energies(HybridModel model, float[][] examples, IReadOnlyList<int> shape, Device device)
    {
        var energies = new List<double>(examples.Length);
        foreach (var part in examples.Chunk(Trainer.EvaluationBatch))
        {
            using var scope = NewDisposeScope();
            float[] flat = [.. part.SelectMany(row => row)];
            AddTo(energies, model, tensor(flat).reshape([part.Length, .. shape.Select(side => (long)side)]).to(device));
        }

        return [.. energies];
    }

    private static void AddTo(List<double> energies, HybridModel model, Tensor x)
    {
        using var scope = NewDisposeScope();
        using var inference = no_grad();
        model.eval();
        var values = HybridModel.EnergyOf(model.EnergyLogits(x)).cpu();
        foreach (var energy in values.data<float>()) energies.Add(energy);
    }

    private static float[][] Rows(Tensor batch)
    {
        var flat = batch.flatten(1).cpu().contiguous();
        return [.. flat.data<float>().ToArray().Chunk((int)flat.shape[1])];
    }
}
