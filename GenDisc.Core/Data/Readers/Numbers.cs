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
    /// Replaces NaN: between two known values by the straight line through them, before the first and after the last by
    /// the nearest, and by 0 when none is known. This looks ahead, so it is not for what is to be forecast.
    /// </summary>
    public static void FillGaps(Span<float> values)
    {
        var known = -1;
        for (var at = 0; at < values.Length; at++)
        {
            if (float.IsNaN(values[at])) continue;
            var from = known < 0 ? values[at] : values[known];
            for (var i = known + 1; i < at; i++)
            {
                var share = known < 0 ? 0 : (double)(i - known) / (at - known);
                values[i] = (float)(from + (share * ((double)values[at] - from)));
            }

            known = at;
        }

        values[(known + 1)..].Fill(known < 0 ? 0 : values[known]);
    }

    private static bool Is(ReadOnlySpan<char> text, string word) => text.Trim().Equals(word, StringComparison.OrdinalIgnoreCase);
}
