using GenDisc.Core.Data;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Evaluation.Boltzmann;

/// <summary>Examples one by one in double precision, flattened, without tensors.</summary>
internal static class ExampleRows
{
    /// <summary>The split's example of that place; pixels in [0, 1].</summary>
    /// <param name="into">`[visible]`</param>
    public static void Read(Split split, int place, Span<double> into)
    {
        var start = split.Indices.Span[place] * into.Length;
        if (split.Data.Pixels.IsEmpty)
        {
            var values = split.Data.Values.Span.Slice(start, into.Length);
            for (var i = 0; i < into.Length; i++) into[i] = values[i];
        }
        else
        {
            var pixels = split.Data.Pixels.Span.Slice(start, into.Length);
            for (var i = 0; i < into.Length; i++) into[i] = pixels[i] / 255.0;
        }
    }

    /// <exception cref="UserError">The split has no example, or its examples have another size.</exception>
    public static void Check(Split split, int visible)
    {
        if (split.Count == 0)
            throw new UserError($"Dataset {split.Data.Name}: the part to evaluate holds no example; give it a larger share.");
        if (split.Data.ExampleSize != visible)
            throw new UserError(
                $"Dataset {split.Data.Name}: its examples hold {split.Data.ExampleSize} numbers, but there are {visible} visible units.");
    }
}
