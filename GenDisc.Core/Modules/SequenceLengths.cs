using TorchSharp;
using static TorchSharp.torch;

namespace GenDisc.Core.Modules;

/// <summary>
/// How many steps of each sequence of the batch in hand are real; the rest is padding at the end. A model and its
/// sequence modules share one: the model says it before each pass, modules ask for it at their own resolution.
/// </summary>
public sealed class SequenceLengths
{
    // Layers of one resolution ask for the same tensors again and again within a pass.
    private readonly Dictionary<long, Tensor> real = [];
    private readonly Dictionary<(long Steps, DeviceType Type, int Index), (Tensor Mask, Tensor Padding)> masks = [];
    private Tensor? lengths;
    private long full;

    /// <summary>Whether some sequence of the batch may be shorter than the tensor.</summary>
    public bool Vary => lengths is not null;

    /// <param name="lengths">int64 `[batch]`, each in 1..<paramref name="full"/>; null when every step is real. Stays the caller's.</param>
    /// <param name="full">Steps of the data's tensor.</param>
    public void Set(Tensor? lengths, long full)
    {
        Forget();
        this.lengths = lengths;
        this.full = full;
    }

    /// <summary>Takes over what <paramref name="other"/> was told; null: every step is real.</summary>
    public void SetFrom(SequenceLengths? other) => Set(other?.lengths, other?.full ?? 0);

    /// <summary>
    /// Real steps of each sequence in a representation of <paramref name="steps"/> steps: pooling halves a length as it
    /// halves the tensor, ⌊length / 2⌋ at a time and at least 1, so that the longest sequence of the data has no say.
    /// int64 `[batch]` on the CPU, or null when all are real. Valid until lengths are set again; not to be disposed.
    /// </summary>
    /// <exception cref="InvalidOperationException">Halving the data's steps never comes to <paramref name="steps"/>.</exception>
    public Tensor? At(long steps)
    {
        if (lengths is null) return null;
        if (!real.TryGetValue(steps, out var found)) real[steps] = found = Halved(lengths, steps);
        return found;
    }

    /// <summary>
    /// 1 where a step is real, else 0: float32 `[batch, steps, 1]` on <paramref name="device"/>, or null when all are
    /// real. Valid until lengths are set again; not to be disposed.
    /// </summary>
    /// <exception cref="InvalidOperationException">As <see cref="At"/>.</exception>
    public Tensor? Mask(long steps, Device device) => Vary ? Masks(steps, device).Mask : null;

    /// <summary>
    /// `[batch, steps, features]` with <paramref name="value"/> for every value of a padded step; the tensor itself when
    /// all steps are real.
    /// </summary>
    /// <exception cref="InvalidOperationException">As <see cref="At"/>.</exception>
    public Tensor Padded(Tensor sequence, double value) =>
        Vary ? sequence.masked_fill(Masks(sequence.size(1), sequence.device).Padding, value) : sequence;

    private Tensor Halved(Tensor lengths, long steps)
    {
        using var scope = NewDisposeScope();
        var (left, of) = (lengths.cpu().to(int64, copy: true), full);
        for (; of > steps; of /= 2) left = left.div(2, RoundingMode.floor).clamp_min(1);
        return of == steps
            ? left.DetachFromDisposeScope()
            : throw new InvalidOperationException(
                $"a representation of {steps} steps has no known lengths: halving the {full} steps of the data leads past it");
    }

    private (Tensor Mask, Tensor Padding) Masks(long steps, Device device)
    {
        var key = (steps, device.type, device.index);
        if (masks.TryGetValue(key, out var found)) return found;
        using var scope = NewDisposeScope();
        var mask = arange(steps).unsqueeze(0).lt(At(steps)!.unsqueeze(1)).unsqueeze(2).to(device);
        found = (mask.to(float32).DetachFromDisposeScope(), mask.logical_not().DetachFromDisposeScope());
        masks[key] = found;
        return found;
    }

    private void Forget()
    {
        foreach (var tensor in real.Values) tensor.Dispose();
        real.Clear();
        foreach (var (mask, padding) in masks.Values)
        {
            mask.Dispose();
            padding.Dispose();
        }

        masks.Clear();
    }
}
