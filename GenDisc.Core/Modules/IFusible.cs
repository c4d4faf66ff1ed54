using static TorchSharp.torch;

namespace GenDisc.Core.Modules;

/// <summary>A module that a following ReLU, and perhaps a 2×2 max-pool after it, can join in one kernel.</summary>
internal interface IFusible
{
    /// <summary>Whether it may use kernels at all.</summary>
    bool Fuses { get; }

    /// <summary>Whether a max-pool can join too.</summary>
    bool Pools { get; }

    /// <summary>The module, then ReLU where <paramref name="relu"/>, then max-pool where <paramref name="pool"/>.</summary>
    Tensor Apply(Tensor input, bool relu, bool pool);
}
