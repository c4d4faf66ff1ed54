using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Synthetic;

/// <summary>What generated data share: a fixed seed, and a checksum in place of a file's.</summary>
internal static class Generated
{
    /// <summary>Of all generated data: all users have the same examples.</summary>
    public const long Seed = 2026;

    /// <param name="train">To train on.</param>
    /// <param name="test">To judge by, of the same name.</param>
    /// <param name="noise">Told in the file's name; null: the default.</param>
    public static LoadedData Load(Dataset train, Dataset test, double? noise = null)
    {
        var settings = noise is { } given ? string.Create(CultureInfo.InvariantCulture, $", noise {given}") : "";
        return new LoadedData(train, test, [FileOf(train.Name, settings, [.. BytesOf(train), .. BytesOf(test)])]);
    }

    /// <summary>Exact values [steps, columns] with normal noise on each, drawn from the stream of the series' name.</summary>
    /// <param name="name">Of the series.</param>
    /// <param name="settings">What it was computed from, told in the file's name: `, points 100`.</param>
    /// <param name="columns">Their names.</param>
    /// <param name="exact">Without noise.</param>
    /// <param name="noise">Standard deviation, at least 0.</param>
    /// <param name="draw">Which draw of the noise, from 1; each has a stream of its own.</param>
    /// <exception cref="UserError">The noise is negative or not finite, or a value overflows.</exception>
    public static Series Observe(
        string name, FormattableString settings, ImmutableArray<string> columns, double[] exact, double noise, int draw)
    {
        CheckNoise(name, noise);
        var stream = new RandomStream(Seed, draw == 1 ? name : FormattableString.Invariant($"{name}/{draw}"));
        var values = Array.ConvertAll(exact, value => (float)(value + (noise * stream.NextGaussian())));
        if (values.FirstOrDefault(value => !float.IsFinite(value), 0) != 0)
            throw new UserError($"{name}: its values grow beyond what a float32 holds. Choose smaller settings.");
        var all = FormattableString.Invariant($", {FormattableString.Invariant(settings)}, noise {noise}{(draw == 1 ? "" : $", draw {draw}")}");
        return new Series(name, columns, values, [FileOf(name, all, [MemoryMarshal.AsBytes<float>(values).ToArray()])]);
    }

    /// <exception cref="UserError">Negative or not finite.</exception>
    public static void CheckNoise(string name, double noise) => CheckFromZero(name, "noise", noise);

    /// <exception cref="UserError">Negative or not finite.</exception>
    public static void CheckFromZero(string name, string what, double value)
    {
        if (!(value is >= 0 and < double.PositiveInfinity))
            throw new UserError(FormattableString.Invariant(
                $"{name}: {what} is {value}, but it must be a number of at least 0."));
    }

    /// <exception cref="UserError">Not finite.</exception>
    public static void CheckFinite(string name, string what, double value)
    {
        if (!double.IsFinite(value))
            throw new UserError(FormattableString.Invariant($"{name}: {what} is {value}, but it must be a number."));
    }

    private static byte[][] BytesOf(Dataset data) =>
    [
        data.Pixels.ToArray(),
        MemoryMarshal.AsBytes(data.Values.Span).ToArray(),
        MemoryMarshal.AsBytes(data.Labels.Span).ToArray(),
        MemoryMarshal.AsBytes(data.Targets.Span).ToArray(),
    ];

    private static DataFile FileOf(string name, string settings, byte[][] contents)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var content in contents) hash.AppendData(content);
        return new DataFile(
            $"{name} (generated, seed {Seed}{settings})",
            Convert.ToHexStringLower(hash.GetHashAndReset()),
            contents.Sum(content => (long)content.Length));
    }
}
