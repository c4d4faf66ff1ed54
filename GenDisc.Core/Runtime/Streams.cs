using System.Globalization;
using GenDisc.Core.Kernels.Random;
using TorchSharp;

namespace GenDisc.Core.Runtime;

/// <summary>
/// The named random streams of one experiment. Every consumer of randomness has its own, derived from the seed, so
/// that adding one never shifts another.
/// </summary>
public sealed class Streams(long seed)
{
    public RandomStream Init => new(seed, "init");

    public RandomStream Shuffle => new(seed, "shuffle");

    /// <summary>Changes to training images.</summary>
    public RandomStream Augmentation => new(seed, "augmentation");

    public RandomStream Take => new(seed, "take");

    /// <summary>The order of the labelled examples that go with every batch where most labels are hidden.</summary>
    public RandomStream Labelled => new(seed, "labelled");

    /// <summary>Training examples that are looked at after every epoch.</summary>
    public RandomStream Monitor => new(seed, "monitor");

    /// <summary>Latent noise during training.</summary>
    public torch.Generator Noise(torch.Device device) => Generator("noise", device);

    public torch.Generator Dropout(torch.Device device) => Generator("dropout", device);

    /// <summary>Seed of the masks that Monte-Carlo dropout averages over after training.</summary>
    public long Passes => (long)(new RandomStream(seed, "passes").NextUInt64() >> 1);

    /// <summary>Draws of an importance-weighted bound on a split: the same at every call.</summary>
    public torch.Generator Importance(string split, torch.Device device) => Generator($"importance/{split}", device);

    /// <summary>Noise that a model adds to its own inputs in training.</summary>
    public torch.Generator Corruption(torch.Device device) => Generator("corruption", device);

    /// <summary>Representations that a frozen encoder draws for the model after it.</summary>
    public torch.Generator Representation(torch.Device device) => Generator("representation", device);

    /// <summary>States that a Boltzmann machine learns from.</summary>
    public CounterStream Gibbs => new(seed, "gibbs");

    /// <summary>Samples that an energy classifier learns from.</summary>
    public RandomStream Langevin => new(seed, "langevin");

    /// <summary>Draws from the model after training.</summary>
    public torch.Generator Sampling(torch.Device device) => Generator("sampling", device);

    /// <summary>What a diffusion model is checked by after training, and what it shows of itself.</summary>
    public torch.Generator Denoising(string what, torch.Device device) => Generator($"denoising/{what}", device);

    /// <summary>Latents of examples that a trained generator adds to the training part.</summary>
    /// <param name="generator">Tells generators of one experiment apart.</param>
    public torch.Generator Generated(string generator, torch.Device device) => Generator($"generated/{generator}", device);

    /// <summary>As <see cref="Generated"/>, the states of a Boltzmann machine.</summary>
    public CounterStream GeneratedStates(string generator) => new(seed, $"generated/{generator}/states");

    /// <summary>What a search tries in one of its trials; 0 stands for the search as a whole.</summary>
    public RandomStream Search(int trial) =>
        new(seed, string.Create(CultureInfo.InvariantCulture, $"search/{trial}"));

    /// <summary>
    /// Latent noise during evaluation of a split: the same draws at every call, so that figures of different epochs
    /// differ by the model alone.
    /// </summary>
    public torch.Generator Evaluation(string split, torch.Device device) => Generator($"evaluation/{split}", device);

    private torch.Generator Generator(string name, torch.Device device)
    {
        TorchRuntime.Init();
        return new torch.Generator(new RandomStream(seed, name).NextUInt64() >> 1, device);
    }
}
