using GenDisc.Core.Models.Boltzmann;
using GenDisc.Core.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Evaluation.Boltzmann;

/// <summary>
/// Parameters of a restricted machine in double precision, and the sums over one of its layers that have a closed form
/// while the other is given, classes summed out in both.
/// </summary>
internal sealed class DoubleRbm : IDisposable
{
    /// <summary>A product of so many numbers in [1, 2] is a double.</summary>
    private const int Factors = 1000;

    private readonly Tensor weight;
    private readonly Tensor weightTransposed;
    private readonly Tensor visibleBias;
    private readonly Tensor hiddenBias;
    private readonly Tensor? variance;
    private readonly Tensor? classWeight;
    private readonly Tensor? classBias;

    /// <exception cref="UserError">A parameter is not finite.</exception>
    public DoubleRbm(Rbm machine)
    {
        CheckFinite(machine);
        weight = Copy(machine.Weight);
        visibleBias = Copy(machine.VisibleBias);
        hiddenBias = Copy(machine.HiddenBias);
        if (machine.LogVariance is not null) variance = Copy(machine.LogVariance).exp_();
        if (machine.ClassWeight is not null) classWeight = Copy(machine.ClassWeight);
        if (machine.ClassBias is not null) classBias = Copy(machine.ClassBias);
        weightTransposed = weight.t().contiguous().DetachFromDisposeScope();
    }

    public Device Device => weight.device;

    /// <exception cref="UserError">A parameter is not finite.</exception>
    public static void CheckFinite(Module machine)
    {
        using var scope = NewDisposeScope();
        foreach (var (name, parameter) in machine.named_parameters())
        {
            if (!parameter.detach().isfinite().all().item<bool>())
                throw new UserError(
                    $"Boltzmann machine: {name} holds numbers that are not finite, so it has no partition function. "
                    + "Training diverged; lower the learning rate.");
        }
    }

    public void Dispose()
    {
        foreach (var owned in (Tensor?[])[weight, weightTransposed, visibleBias, hiddenBias, variance, classWeight, classBias])
            owned?.Dispose();
    }

    /// <summary>log Σ_v,y exp(−β E(v, h, y)); an integral over real v, infinite at β = 0.</summary>
    /// <param name="hidden">`[n, hidden]`, float64.</param>
    /// <returns>`[n]`, nats.</returns>
    public Tensor SumOverVisible(Tensor hidden, double beta)
    {
        using var inner = NewDisposeScope();
        var total = hidden.mv(hiddenBias) * beta;
        var input = hidden.matmul(weight);
        if (variance is null)
        {
            total += SumOfSoftplus(input.add_(visibleBias).mul_(beta));
        }
        else
        {
            // The square in v is completed: ((b + a)² − b²) / 2σ² is left, with a what the hidden units add.
            var mode = (input * (input + (2 * visibleBias))).mv(0.5 / variance);
            total += (mode * beta) + ((2 * Math.PI / beta * variance).log().sum() / 2);
        }

        if (classWeight is not null)
            total += (hidden.matmul(classWeight) + classBias!).mul_(beta).logsumexp(1);
        return total.MoveToOuterDisposeScope();
    }

    /// <summary>log Σ_h,y exp(−β E(v, h, y)): −F(v) at β = 1.</summary>
    /// <param name="visible">`[n, visible]`, float64.</param>
    /// <returns>`[n]`, nats.</returns>
    public Tensor SumOverHidden(Tensor visible, double beta)
    {
        using var inner = NewDisposeScope();
        var alone = variance is null
            ? visible.mv(visibleBias)
            : (visible - visibleBias).square().mv(-0.5 / variance);
        var logits = (variance is null ? visible : visible / variance).matmul(weightTransposed).add_(hiddenBias);
        var total = alone * beta;
        if (classWeight is null)
        {
            total += SumOfSoftplus(logits.mul_(beta));
        }
        else
        {
            var each = new Tensor[classWeight.size(1)];
            for (var y = 0; y < each.Length; y++)
                each[y] = SumOfSoftplus((logits + classWeight.select(1, y)) * beta) + (classBias![y] * beta);
            total += stack(each, 1).logsumexp(1);
        }

        return total.MoveToOuterDisposeScope();
    }

    /// <summary>E(v, h, y) of all states of a machine of units in {0, 1}, in the order of (v, h, y).</summary>
    /// <returns>`[2^visible · 2^hidden · max(classes, 1)]`, nats.</returns>
    public Tensor AllEnergies()
    {
        using var inner = NewDisposeScope();
        using var visible = BitPatterns.All((int)weight.size(1), Device);
        using var hidden = BitPatterns.All((int)weight.size(0), Device);
        var energy = visible.matmul(weightTransposed).matmul(hidden.t()).neg_();
        energy.sub_(visible.mv(visibleBias).unsqueeze(1)).sub_(hidden.mv(hiddenBias));
        if (classWeight is not null) energy = energy.unsqueeze(2) - (hidden.matmul(classWeight) + classBias!);
        return energy.flatten().MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Σ_j log(1 + exp(x_j)) = Σ_j max(x_j, 0) + log Π_j (1 + exp(−|x_j|)): one logarithm for a thousand units.
    /// </summary>
    /// <param name="x">`[n, units]`; overwritten.</param>
    private static Tensor SumOfSoftplus(Tensor x)
    {
        using var inner = NewDisposeScope();
        var total = x.clamp_min(0).sum(1);
        x.abs_().neg_().exp_().add_(1);
        for (var first = 0L; first < x.size(1); first += Factors)
            total += x.narrow(1, first, Math.Min(Factors, x.size(1) - first)).prod(1).log_();
        return total.MoveToOuterDisposeScope();
    }

    private static Tensor Copy(Tensor parameter) => parameter.detach().to(float64, copy: true).DetachFromDisposeScope();
}
