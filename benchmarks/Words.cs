using System.Globalization;

namespace GenDisc.Benchmarks;

/// <summary>The command line cannot be understood; the message says why.</summary>
internal sealed class WrongUsage(string message) : Exception(message);

/// <summary>A command's arguments, one after the other.</summary>
internal sealed class Words(IEnumerable<string> words)
{
    private readonly Queue<string> left = new(words);

    public string? Next() => left.TryDequeue(out var word) ? word : null;

    /// <summary>What follows an option.</summary>
    /// <exception cref="WrongUsage">Nothing does.</exception>
    public string Value(string option) => Next() ?? throw new WrongUsage($"{option} needs a value");

    /// <summary>The number that follows an option.</summary>
    /// <exception cref="WrongUsage">None does, or it is too small.</exception>
    public int Number(string option, int least) => Number(option, Value(option), least);

    /// <inheritdoc cref="Number(string, int)"/>
    public static int Number(string what, string word, int least) =>
        int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least
            ? number
            : throw new WrongUsage($"'{word}' is not {what}: a whole number from {least} up");
}
