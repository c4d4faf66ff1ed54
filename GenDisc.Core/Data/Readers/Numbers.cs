using System.Globalization;

namespace GenDisc.Core.Data.Readers;

/// <summary>Numbers in text, and what to do where one is missing.</summary>
internal static class Numbers
{
    /// <summary>Whether a cell says that its value is not known.</summary>
    public static bool IsMissing(ReadOnlySpan<char> text) =>
        text.Trim() is "" or "?" || Is(text, "NA") || Is(text, "NaN") || Is(text, "null");

    /// <summary>Whether the text is a finite number within the range of single precision, written as programs do: 1234.5, -1e-3.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && float.IsFinite((float)number);

    /// <summary>
    /// Replaces NaN in the series values[start], values[start + stride], ...: between two known values by the straight
    /// line through them, before the first and after the last by the nearest, and by 0 when none is known.
    /// </summary>
    public static void FillGaps(Span<float> values, int start, int stride)
    {
        var known = -1;
        for (var at = start; at < values.Length; at += stride)
        {
            if (float.IsNaN(values[at])) continue;
            var gap = known < 0 ? (at - start) / stride : ((at - known) / stride) - 1;
            for (var i = 1; i <= gap; i++)
            {
                var share = known < 0 ? 0 : (double)i / (gap + 1);
                var from = known < 0 ? values[at] : values[known];
                values[at - ((gap + 1 - i) * stride)] = (float)(from + (share * ((double)values[at] - from)));
            }

            known = at;
        }

        var rest = known < 0 ? 0 : values[known];
        for (var at = known < 0 ? start : known + stride; at < values.Length; at += stride) values[at] = rest;
    }

    private static bool Is(ReadOnlySpan<char> text, string word) => text.Trim().Equals(word, StringComparison.OrdinalIgnoreCase);
}
