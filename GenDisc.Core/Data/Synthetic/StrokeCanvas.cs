using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace GenDisc.Core.Data.Synthetic;

/// <summary>
/// A small grey image that soft round-tipped lines are drawn on; work is done only near each line. Plain IEEE
/// arithmetic (no library functions but the exactly rounded square root), so every machine draws the same bytes.
/// </summary>
internal sealed class StrokeCanvas(int width, int height)
{
    private static readonly Vector256<float> Steps = Vector256.Create(0f, 1, 2, 3, 4, 5, 6, 7);

    /// <summary>Rows end in room for a whole vector that begins at the last pixel.</summary>
    private readonly int _stride = width + Vector256<float>.Count;
    private readonly float[] _ink = new float[(width + Vector256<float>.Count) * height];

    /// <summary>Ink in [0, 1] of each pixel of a row. Pixel (0, 0) has its centre at (0, 0).</summary>
    public ReadOnlySpan<float> Row(int y) => _ink.AsSpan(y * _stride, width);

    public void Clear() => Array.Clear(_ink);

    /// <summary>
    /// A line from (x0, y0) to (x1, y1), full within <paramref name="radius"/> of it and fading over a band of
    /// <paramref name="soft"/> pixels around that. Lines do not add up: each pixel keeps the most ink.
    /// </summary>
    // Compiled at once: digits are drawn at start-up, which would be over before tiered compilation noticed the loop.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Line(float x0, float y0, float x1, float y1, float radius, float soft)
    {
        var reach = radius + (0.5f * soft);
        var left = Math.Max(0, (int)MathF.Ceiling(MathF.Min(x0, x1) - reach));
        var right = Math.Min(width - 1, (int)MathF.Floor(MathF.Max(x0, x1) + reach));
        var top = Math.Max(0, (int)MathF.Ceiling(MathF.Min(y0, y1) - reach));
        var bottom = Math.Min(height - 1, (int)MathF.Floor(MathF.Max(y0, y1) + reach));
        float dx = x1 - x0, dy = y1 - y0, square = (dx * dx) + (dy * dy);
        var inverse = square > 0 ? 1 / square : 0;
        var sharpness = 1 / soft;
        for (var y = top; y <= bottom; y++)
        {
            var py = y - y0;
            for (var x = left; x <= right; x += Vector256<float>.Count)
            {
                var px = Steps + Vector256.Create(x - x0);
                var along = ((px * dx) + Vector256.Create(py * dy)) * inverse;
                along = Vector256.Min(Vector256.Max(along, Vector256<float>.Zero), Vector256<float>.One);
                var ax = px - (along * dx);
                var ay = Vector256.Create(py) - (along * dy);
                var distance = Vector256.Sqrt((ax * ax) + (ay * ay));
                var ink = Vector256.Min((Vector256.Create(reach) - distance) * sharpness, Vector256<float>.One);
                ref var pixels = ref _ink[(y * _stride) + x];
                Vector256.Max(ink, Vector256.LoadUnsafe(ref pixels)).StoreUnsafe(ref pixels);
            }
        }
    }
}
