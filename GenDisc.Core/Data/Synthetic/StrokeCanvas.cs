namespace GenDisc.Core.Data.Synthetic;

/// <summary>
/// A small grey image that soft round-tipped lines are drawn on; work is done only near each line. Plain IEEE
/// arithmetic (no library functions but the exactly rounded square root), so every machine draws the same bytes.
/// </summary>
internal sealed class StrokeCanvas(int side)
{
    private readonly float[] _ink = new float[side * side];

    /// <summary>Ink in [0, 1] of each pixel, row by row. Pixel (0, 0) has its centre at (0, 0).</summary>
    public ReadOnlySpan<float> Ink => _ink;

    public void Clear() => Array.Clear(_ink);

    /// <summary>
    /// A line from (x0, y0) to (x1, y1), full within <paramref name="radius"/> of it and fading over a band of
    /// <paramref name="soft"/> pixels around that. Lines do not add up: each pixel keeps the most ink.
    /// </summary>
    public void Line(float x0, float y0, float x1, float y1, float radius, float soft)
    {
        var reach = radius + (0.5f * soft);
        var left = Math.Max(0, (int)MathF.Ceiling(MathF.Min(x0, x1) - reach));
        var right = Math.Min(side - 1, (int)MathF.Floor(MathF.Max(x0, x1) + reach));
        var top = Math.Max(0, (int)MathF.Ceiling(MathF.Min(y0, y1) - reach));
        var bottom = Math.Min(side - 1, (int)MathF.Floor(MathF.Max(y0, y1) + reach));
        float dx = x1 - x0, dy = y1 - y0, square = (dx * dx) + (dy * dy);
        var inverse = square > 0 ? 1 / square : 0;
        for (var y = top; y <= bottom; y++)
        {
            var row = _ink.AsSpan(y * side, side);
            for (var x = left; x <= right; x++)
            {
                float px = x - x0, py = y - y0;
                var along = Math.Clamp(((px * dx) + (py * dy)) * inverse, 0f, 1f);
                float ax = px - (along * dx), ay = py - (along * dy), distance = (ax * ax) + (ay * ay);
                if (distance >= reach * reach) continue;
                var ink = MathF.Min(1, (reach - MathF.Sqrt(distance)) / soft);
                if (ink > row[x]) row[x] = ink;
            }
        }
    }
}
