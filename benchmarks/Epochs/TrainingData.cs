using GenDisc.Core.Data;

namespace GenDisc.Benchmarks;

/// <summary>What every model trains on: MNIST where GENDISC_DATA names a folder that holds it, else the built-in digits.</summary>
internal static class TrainingData
{
    public const int BatchSize = 128;

    /// <exception cref="GenDisc.Core.Runtime.UserError">The folder does not hold MNIST.</exception>
    public static Dataset Load()
    {
        var folder = Environment.GetEnvironmentVariable("GENDISC_DATA") is { Length: > 0 } named ? named : null;
        var store = new DataStore(new DataStoreOptions(folder, Path.GetTempPath()) { AllowDownload = false });
        return store.Load(folder is null ? "digits" : "mnist").Train;
    }

    /// <summary>The first so many examples, or all.</summary>
    public static Dataset First(Dataset data, int most) => data.Count <= most
        ? data
        : Dataset.OfPixels(
            data.Name,
            data.ExampleShape,
            data.Pixels[..(most * data.ExampleSize)],
            data.Labels[..most],
            data.ClassNames);
}
