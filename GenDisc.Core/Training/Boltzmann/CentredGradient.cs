using GenDisc.Core.Models.Boltzmann;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GenDisc.Core.Training.Boltzmann;

/// <summary>
/// The gradient of a machine with offsets μ of its visible and λ of its hidden units, brought back to one without
/// (Melchior et al. 2016, eqs. 11 to 13): from the plain gradients g of W, b and c
/// <code>
/// G_W = g_W − λ g_bᵀ − g_c μᵀ        G_b = g_b − G_Wᵀ λ        G_c = g_c − G_W μ
/// </code>
/// Class units count among the visible ones. Real units enter W as v / σ², and so do their offsets; log σ² keeps its
/// gradient.
/// </summary>
internal static class CentredGradient
{
    /// <summary>The same values with that gradient.</summary>
    /// <param name="machine">Whose gradient it is.</param>
    /// <param name="difference">`[batch]`: energy of data less that of states, in the graph.</param>
    /// <param name="data">`[batch, stateSize]`</param>
    /// <param name="states">`[samples, stateSize]`</param>
    /// <param name="kind">Which offsets.</param>
    /// <returns>`[batch]`</returns>
    public static Tensor Of(Rbm machine, Tensor difference, Tensor data, Tensor states, GradientKind kind)
    {
        Parameter[] parameters = [.. machine.parameters().Where(p => p.requires_grad)];
        if (parameters.Length == 0) return difference;
        var gradients = autograd.grad([difference.mean()], parameters, retain_graph: true);
        Centre(machine, parameters, gradients, data, states, kind);
        // Σ p g has gradient g in p; without its value, the difference stays what it is.
        var surrogate = (parameters[0] * gradients[0]).sum();
        for (var i = 1; i < parameters.Length; i++) surrogate = surrogate + (parameters[i] * gradients[i]).sum();
        return difference.detach() + (surrogate - surrogate.detach());
    }

    /// <summary>Puts centred gradients in the place of plain ones.</summary>
    private static void Centre(
        Rbm machine, Parameter[] parameters, IList<Tensor> gradients, Tensor data, Tensor states, GradientKind kind)
    {
        using var constant = no_grad();
        Tensor Plain(Parameter parameter)
        {
            var at = Array.IndexOf(parameters, parameter);
            return at < 0 ? zeros_like(parameter) : gradients[at];
        }

        void Set(Parameter parameter, Tensor gradient)
        {
            var at = Array.IndexOf(parameters, parameter);
            if (at >= 0) gradients[at] = gradient;
        }

        var (all, hidden) = Offsets(machine, data, states, kind);
        var (visible, classes) = (all.narrow(0, 0, machine.Visible), all.narrow(0, machine.Visible, machine.Classes));
        var ofHidden = Plain(machine.HiddenBias);
        var weight = Plain(machine.Weight) - outer(hidden, Plain(machine.VisibleBias)) - outer(ofHidden, visible);
        var hiddenBias = ofHidden - weight.matmul(visible);
        Set(machine.Weight, weight);
        Set(machine.VisibleBias, Plain(machine.VisibleBias) - weight.t().matmul(hidden));
        if (machine.ClassWeight is { } classWeight && machine.ClassBias is { } classBias)
        {
            var ofClasses = Plain(classWeight) - outer(hidden, Plain(classBias)) - outer(ofHidden, classes);
            hiddenBias = hiddenBias - ofClasses.matmul(classes);
            Set(classWeight, ofClasses);
            Set(classBias, Plain(classBias) - ofClasses.t().matmul(hidden));
        }

        Set(machine.HiddenBias, hiddenBias);
    }

    /// <summary>μ and λ.</summary>
    private static (Tensor Visible, Tensor Hidden) Offsets(Rbm machine, Tensor data, Tensor states, GradientKind kind)
    {
        var (visible, hidden) = Means(machine, data);
        if (kind == GradientKind.Centred) return (visible, hidden);
        var (negativeVisible, negativeHidden) = Means(machine, states);
        return ((visible + negativeVisible) / 2, (hidden + negativeHidden) / 2);
    }

    private static (Tensor Visible, Tensor Hidden) Means(Rbm machine, Tensor states)
    {
        var visible = states.mean([0]);
        if (machine.LogVariance is { } logVariance) visible.narrow(0, 0, machine.Visible).mul_(logVariance.neg().exp());
        return (visible, machine.StateLogits(states).sigmoid().mean([0]));
    }
}
