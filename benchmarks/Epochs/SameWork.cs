using GenDisc.Core.Data;
using static TorchSharp.torch;

namespace GenDisc.Benchmarks;

/// <summary>Whether both sides do the same work: a comparison of different work would mean nothing.</summary>
internal static class SameWork
{
    private const double Tolerance = 1e-4;
    private const int Judged = 1000;
    private const double Learned = 0.5;
    private const double Alike = 0.1;

    /// <summary>From equal weights, two steps on equal batches must report equal losses.</summary>
    /// <exception cref="InvalidOperationException">They do not.</exception>
    public static void CheckSteps(Design design, Dataset data)
    {
        using var scope = NewDisposeScope();
        using var ours = design.Ours(data);
        using var plain = new Plain(design.Plain(), data);
        if (!design.Deterministic)
        {
            CheckLooks(design, data, ours, plain);
            return;
        }

        Copy(ours.Module, plain.Module);
        for (var step = 0; step < 2; step++)
        {
            var rows = Enumerable.Range(step * TrainingData.BatchSize, TrainingData.BatchSize).ToArray();
            var (a, b) = (ours.Step(rows), plain.Step(rows));
            if (!(Math.Abs(a - b) <= Tolerance * Math.Max(1, Math.Abs(a))))
                throw new InvalidOperationException($"{design.Name}: step {step + 1} from equal weights gives loss {a} with GenDisc and {b} by hand");
        }
    }

    /// <summary>The mean loss of the last epoch must be below that of the first.</summary>
    /// <exception cref="InvalidOperationException">It is not.</exception>
    public static void CheckFalling(string side, double first, double last)
    {
        if (!(last < first)) throw new InvalidOperationException($"{side}: the loss does not fall, from {first} to {last}");
    }

    /// <summary>
    /// After as many epochs on both sides: much better than a new model, and as good as each other. Draws differ, so the
    /// models do.
    /// </summary>
    /// <returns>False where the design's loss tells how good a model is.</returns>
    /// <exception cref="InvalidOperationException">They are not.</exception>
    public static bool CheckEquallyGood(Design design, Dataset data, Ours ours, Plain plain)
    {
        using var inference = no_grad();
        using var untrained = design.Model();
        using var batch = Batches.Gather(data, Enumerable.Range(0, Judged).ToArray(), CPU);
        if (design.Badness(untrained, batch.X) is not { } first) return false;
        var (a, b) = (design.Badness(ours.Module, batch.X), design.Badness(plain.Module, batch.X));
        if (!(a < Learned * first && b < Learned * first && Math.Abs(a.Value - b.Value) < Alike * b.Value))
            throw new InvalidOperationException($"{design.Name}: from {first}, GenDisc comes to {a} and the loop by hand to {b}");
        return true;
    }

    /// <summary>With equal weights, drawn so that none is zero, both networks make the same of the same images.</summary>
    private static void CheckLooks(Design design, Dataset data, Ours ours, Plain plain)
    {
        using var inference = no_grad();
        using var batch = Batches.Gather(data, Enumerable.Range(0, TrainingData.BatchSize).ToArray(), CPU);
        if (design.Look(ours.Module, batch.X) is null) return;
        foreach (var parameter in ours.Module.parameters()) nn.init.normal_(parameter, std: 0.1);
        Copy(ours.Module, plain.Module);
        var (a, b) = (design.Look(ours.Module, batch.X)!, design.Look(plain.Module, batch.X)!);
        var (apart, largest) = ((a - b).abs().max().item<float>(), a.abs().max().item<float>());
        if (!(apart <= Tolerance * Math.Max(1, largest)))
            throw new InvalidOperationException($"{design.Name}: with equal weights the networks differ by {apart} of {largest}");
    }

    private static void Copy(nn.Module from, nn.Module to)
    {
        using var inference = no_grad();
        foreach (var (source, target) in from.parameters().Zip(to.parameters(), (a, b) => (a, b))) target.copy_(source.view(target.shape)); // a 1×1 convolution's as a matrix or as a stack of images
    }
}
