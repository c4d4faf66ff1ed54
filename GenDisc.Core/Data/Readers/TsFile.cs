using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Readers;

/// <summary>
/// Reads labelled series from .ts files, the format of the UCR/UEA archive and sktime: a header of lines with @, then a
/// case a line, dimensions separated by ':', values by ',', the class last. Raw or gzip, told apart by content. Values
/// stay in their own units; missing ones are filled along the straight line between their neighbours in the series.
/// </summary>
public static class TsFile
{
    private const string TrainEnding = "_TRAIN.ts";
    private const string TestEnding = "_TEST.ts";

    /// <exception cref="UserError">The file is missing, unreadable, or breaks the format; with the line.</exception>
    public static TsContent Read(string path) => new TsReader(path).Read();

    /// <summary>
    /// Both parts as [steps, dimensions], steps those of the longest case of either. Shorter ones are padded with 0 at the
    /// end, and Lengths then tell the real steps.
    /// </summary>
    /// <exception cref="UserError">A file is unusable, the two do not belong together, or a class has nothing to train on.</exception>
    public static LoadedData Load(string trainPath, string testPath)
    {
        var train = Read(trainPath);
        var test = Read(testPath);
        if (!train.ClassNames.SequenceEqual(test.ClassNames))
            throw Apart(train, test, $"classes {string.Join(" ", train.ClassNames)}", $"classes {string.Join(" ", test.ClassNames)}");
        if (train.Dimensions != test.Dimensions)
            throw Apart(train, test, $"{train.Dimensions} dimensions", $"{test.Dimensions}");
        if (test.Labels.Except(train.Labels).Order().ToList() is [var untaught, ..])
            throw new UserError(
                $"{train.Path}: it has no series of class {train.ClassNames[untaught]} to train on, but {test.Path} has some to test with. "
                + "Move some of them over, or leave them out.");
        var steps = Math.Max(train.MostSteps, test.MostSteps);
        return new LoadedData(ToDataset(train, steps), ToDataset(test, steps), [train.File, test.File]);
    }

    /// <summary>
    /// The two files of a data set: <paramref name="name"/> is the path of its ..._TRAIN.ts[.gz] or of the folder that
    /// holds it, or else a name N to be found under a root as N/N_TRAIN.ts[.gz], timeseries/N/N_TRAIN.ts[.gz] or
    /// N_TRAIN.ts[.gz]. Null when there is none. The second file need not exist: reading it then says so.
    /// </summary>
    public static (string Train, string Test)? Find(string name, IEnumerable<string> roots)
    {
        if (File.Exists(name)) return Pair(name);
        if (Directory.Exists(name) && In(name, Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(name)))) is { } here)
            return here;
        if (name.Length == 0 || Path.GetFileName(name) != name) return null;
        return (from root in roots
                from folder in new[] { Path.Combine(root, name), Path.Combine(root, "timeseries", name), root }
                select In(folder, name)).FirstOrDefault(pair => pair is not null);
    }

    /// <summary>The files of that name in a folder or, under another name, the only ones there.</summary>
    private static (string Train, string Test)? In(string folder, string name)
    {
        if (Existing(Path.Combine(folder, name + TrainEnding)) is { } train) return Pair(train);
        if (Path.GetFileName(folder) != name || !Directory.Exists(folder)) return null;
        var found = Directory.GetFiles(folder).Select(Pair).OfType<(string Train, string Test)>().ToList();
        return found.Count == 1 ? found[0] : null;
    }

    private static (string Train, string Test)? Pair(string train)
    {
        var plain = train.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? train[..^3] : train;
        if (!plain.EndsWith(TrainEnding, StringComparison.OrdinalIgnoreCase)) return null;
        var test = plain[..^TrainEnding.Length] + TestEnding;
        return (train, Existing(test) ?? test);
    }

    private static string? Existing(string path) => new[] { path, $"{path}.gz" }.FirstOrDefault(File.Exists);

    private static Dataset ToDataset(TsContent content, int steps)
    {
        var size = (long)steps * content.Dimensions;
        if (size * content.Cases.Count > Array.MaxLength)
            throw new UserError(
                $"{content.Path}: {content.Cases.Count} series padded to {steps} steps of {content.Dimensions} dimensions do not fit into memory. "
                + "Shorten the longest series.");
        var values = new float[size * content.Cases.Count];
        for (var i = 0; i < content.Cases.Count; i++) content.Cases[i].CopyTo(values, i * size);
        int[] lengths = [.. content.Cases.Select(series => series.Length / content.Dimensions)];
        if (lengths.All(length => length == steps)) lengths = [];
        return Dataset.OfSequences(content.ProblemName, steps, content.Dimensions, values, lengths, content.Labels.ToArray(), content.ClassNames);
    }

    private static UserError Apart(TsContent train, TsContent test, string ofTrain, string ofTest) =>
        new($"{train.Path} has {ofTrain}, but {test.Path} has {ofTest}. Replace both files with a pair that belongs together.");
}
