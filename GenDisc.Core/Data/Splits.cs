using System.Globalization;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data;

/// <summary>What an experiment trains on, watches, and is judged by. The three share no example.</summary>
public sealed record Splits(Split Train, Split Validation, Split Test)
{
    /// <summary>
    /// Sets <paramref name="validationFraction"/> of <paramref name="train"/> aside (the same examples whatever the
    /// experiment's seed, so that seeds can be compared) and keeps all of the rest, or <paramref name="take"/> of it.
    /// With classes both are stratified: validation holds every class in proportion to within one example, and a
    /// taken subset likewise, with at least one of every class. Subsets are nested: take 100 lies within take 300
    /// of an equal stream. Indices ascend.
    /// </summary>
    /// <param name="train">The examples to divide.</param>
    /// <param name="test">Kept whole.</param>
    /// <param name="validationFraction">In [0, 1); 0 sets nothing aside.</param>
    /// <param name="take">Examples to keep of the rest, or null for all.</param>
    /// <param name="takeStream">Chooses the subset; read only when <paramref name="take"/> is given.</param>
    /// <exception cref="UserError">The fraction or the number taken does not fit the data.</exception>
    public static Splits Make(Dataset train, Dataset test, double validationFraction, int? take, RandomStream takeStream)
    {
        if (!(validationFraction is >= 0 and < 1))
            throw new UserError(FormattableString.Invariant(
                $"Dataset {train.Name}: the validation fraction is {validationFraction}, but it must be at least 0 and below 1."));

        var everything = Enumerable.Range(0, train.Count).ToArray();
        var validation = ValidationOf(train, everything, validationFraction);
        if (validation.Length == train.Count || (validation.Length == 0 && validationFraction > 0))
        {
            var fraction = validationFraction.ToString(CultureInfo.InvariantCulture);
            throw new UserError(
                $"Dataset {train.Name}: a validation fraction of {fraction} of {train.Count} examples leaves "
                + $"{train.Count - validation.Length} to train on and {validation.Length} to validate with. "
                + "Choose another fraction, or 0 for no validation.");
        }

        var held = new bool[train.Count];
        foreach (var i in validation) held[i] = true;
        var rest = Array.FindAll(everything, i => !held[i]);
        if (take is { } wanted) rest = Take(train, rest, wanted, takeStream);
        return new Splits(new Split(train, rest), new Split(train, validation), Split.All(test));
    }

    /// <summary>The examples of one class, of all three parts.</summary>
    /// <exception cref="UserError">No example of it is left to train on, or for the test.</exception>
    public Splits Only(int label)
    {
        var kept = new Splits(Of(Train), Of(Validation), Of(Test));
        if (kept.Train.Count > 0 && kept.Test.Count > 0) return kept;
        var part = kept.Train.Count == 0 ? "training" : "test";
        throw new UserError(
            $"Dataset {Train.Data.Name}: only {label} leaves no example in the {part} part. Choose another class, or take more examples.");

        Split Of(Split split)
        {
            var labels = split.Data.Labels;
            return split with { Indices = Array.FindAll(split.Indices.ToArray(), i => labels.Span[i] == label) };
        }
    }

    /// <summary>
    /// Grey pixels made black and white, white with the probability that the grey value is: training examples are drawn
    /// anew each time they are used, those of the other parts once and the same for everyone (Salakhutdinov and Murray
    /// 2008).
    /// </summary>
    /// <exception cref="UserError">The examples are not of pixels.</exception>
    public Splits Binarised()
    {
        var validation = Validation.Count == 0
            ? Validation
            : new Split(Validation.Data.DrawnOnce(new RandomStream(0, "binarised/train")), Validation.Indices);
        return new Splits(
            new Split(Train.Data.Drawn(), Train.Indices),
            validation,
            new Split(Test.Data.DrawnOnce(new RandomStream(0, "binarised/test")), Test.Indices));
    }

    /// <summary>
    /// The same examples, but of the training part only <paramref name="known"/> labels are known, chosen as
    /// <see cref="Make"/> takes so many: of an equal stream the very examples that it would keep. Validation and test keep
    /// all of their labels.
    /// </summary>
    /// <param name="known">At least one of each class.</param>
    /// <param name="takeStream">Chooses them.</param>
    /// <exception cref="UserError">The examples have no classes, or the number does not fit them.</exception>
    public Splits Hiding(int known, RandomStream takeStream) =>
        this with { Train = Train with { Data = Train.Data.Hiding(Take(Train.Data, Train.Indices.ToArray(), known, takeStream)) } };

    private static int[] ValidationOf(Dataset data, int[] indices, double fraction)
    {
        var groups = Groups(data, indices);
        var counts = Strata.Shares([.. groups.Select(g => g.Length)], fraction);
        // The name, not the experiment's seed, fixes this stream: every seed validates on the same examples.
        var stream = new RandomStream(0, "validation");
        return Strata.Pick(groups, counts, stream);
    }

    private static int[] Take(Dataset data, int[] indices, int wanted, RandomStream stream)
    {
        if (wanted > indices.Length)
            throw new UserError(
                $"Dataset {data.Name}: take {wanted} asks for more than the {indices.Length} examples left to train on. "
                + $"Take at most {indices.Length}, or leave take out to train on all.");
        var groups = Groups(data, indices);
        if (wanted < groups.Length || wanted < 1)
            throw new UserError(
                $"Dataset {data.Name}: take {wanted} is too few: at least {groups.Length} are needed"
                + $"{(data.Classes > 0 ? ", one for each class" : "")}.");
        var counts = Strata.Nested([.. groups.Select(g => g.Length)], wanted);
        return Strata.Pick(groups, counts, stream);
    }

    /// <summary>The indices by class, empty classes left out; one group for regression.</summary>
    private static int[][] Groups(Dataset data, int[] indices)
    {
        if (data.Classes == 0) return [[.. indices]];
        var labels = data.Labels;
        return [.. indices.GroupBy(i => labels.Span[i]).OrderBy(g => g.Key).Select(g => g.ToArray())];
    }
}
