using static TorchSharp.torch;

namespace GenDisc.Core.Modules;

/// <summary>
/// How many steps of each sequence of the batch in hand are real; the rest is padding at the end. A model and its
/// sequence modules share one: the model says it before each pass, modules ask for it at their own resolution.
/// </summary>
public sealed class SequenceLengths
{
    private Tensor? lengths;
    private long full;

    /// <summary>Whether some sequence of the batch may be shorter than the tensor.</summary>
    public bool Vary => lengths is not null;

    /// <param name="lengths">int64 `[batch]`, each in 1..<paramref name="full"/>; null when every step is real. Stays the caller's.</param>
    /// <param name="full">Steps of the data's tensor.</param>
    public void Set(Tensor? lengths, long full)
    {
        this.lengths = lengths;
        this.full = full;
    }

    /// <summary>Takes over what <paramref name="other"/> was told; null: every step is real.</summary>
    public void SetFrom(SequenceLengths? other) => Set(other?.lengths, other?.full ?? 0);

    /// <summary>
    /// Real steps of each sequence in a representation of <paramref name="steps"/> steps (pooling shortens it):
    /// ⌊length · steps / full⌋, at least 1. int64 `[batch]` on the CPU, or null when all are real. The caller's to dispose.
    /// </summary>
    public Tensor? At(long steps)
    {
        if (lengths is null) return null;
        using var scope = NewDisposeScope();
        return (lengths.cpu() * steps).div(full, RoundingMode.floor).to(int64).clamp_min(1).MoveToOuterDisposeScope();
    }

    /// <summary>1 where a step is real, else 0: float32 `[batch, steps, 1]` on <paramref name="device"/>, or null when all are real.</summary>
    public Tensor? Mask(long steps, Device device)
    {
        using var scope = NewDisposeScope();
        return At(steps) is not { } real
            ? null
            : arange(steps).unsqueeze(0).lt(real.unsqueeze(1)).to(float32).unsqueeze(2).to(device).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// `[batch, steps, features]` with <paramref name="value"/> for every value of a padded step; the tensor itself when
    /// all steps are real.
    /// </summary>
    public Tensor Padded(Tensor sequence, double value)
    {
        if (!Vary) return sequence;
        using var scope = NewDisposeScope();
        var padding = Mask(sequence.size(1), sequence.device)!.logical_not();
        return sequence.masked_fill(padding, value).MoveToOuterDisposeScope();
    }
}
