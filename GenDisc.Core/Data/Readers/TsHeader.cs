using System.Collections.Immutable;
using System.Globalization;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Readers;

/// <summary>What the lines before @data of a .ts file state; null where they state nothing.</summary>
internal sealed class TsHeader(string path)
{
    public string? ProblemName { get; private set; }

    public ImmutableArray<string> ClassNames { get; private set; } = [];

    public int? Dimensions { get; private set; }

    public bool EqualLength { get; private set; }

    public int? SeriesLength { get; private set; }

    /// <summary>Takes in a line that begins with @; tags it does not know say nothing that matters here.</summary>
    /// <exception cref="UserError">The line is malformed, or states something that is not supported.</exception>
    public void Add(int line, string text)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        switch (words[0].ToLowerInvariant())
        {
            case "@problemname":
                ProblemName = Word(line, words);
                break;
            case "@timestamps" when Flag(line, words):
                throw Wrong(line, "series with time stamps are not supported. Resample them to equal steps and write the values alone");
            case "@univariate" when Flag(line, words):
                Dimensions = 1;
                break;
            case "@dimensions" or "@dimension":
                Dimensions = Count(line, words);
                break;
            case "@equallength":
                EqualLength = Flag(line, words);
                break;
            case "@serieslength":
                SeriesLength = Count(line, words);
                break;
            case "@targetlabel" when Flag(line, words):
                throw Wrong(line, "real-valued targets are not supported, only classes (@classLabel true a b c)");
            case "@classlabel":
                ClassNames = Classes(line, words);
                break;
        }
    }

    /// <summary>Called at @data, or at the end of a file without it.</summary>
    /// <exception cref="UserError">The header names no classes.</exception>
    public void Complete(int line)
    {
        if (ClassNames.IsEmpty) throw Wrong(line, "the header before it names no classes. Add a line such as @classLabel true a b c");
    }

    private ImmutableArray<string> Classes(int line, string[] words)
    {
        if (!Flag(line, words)) throw Wrong(line, "series without classes are not supported. Name the classes: @classLabel true a b c");
        var names = words[2..];
        if (names.Length < 2) throw Wrong(line, $"{names.Length} class is named, but there must be at least two: @classLabel true a b c");
        return names.Distinct().Count() == names.Length
            ? [.. names]
            : throw Wrong(line, "a class is named twice. Name each class once");
    }

    private string Word(int line, string[] words) =>
        words.Length > 1 ? words[1] : throw Wrong(line, $"{words[0]} is followed by nothing. Give its value");

    private bool Flag(int line, string[] words) => bool.TryParse(Word(line, words), out var flag)
        ? flag
        : throw Wrong(line, $"{words[0]} must be true or false, but is '{words[1]}'");

    private int Count(int line, string[] words) =>
        int.TryParse(Word(line, words), NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0
            ? count
            : throw Wrong(line, $"{words[0]} must be a number of at least 1, but is '{words[1]}'");

    private UserError Wrong(int line, string how) => new($"{path}: line {line}: {how}.");
}
