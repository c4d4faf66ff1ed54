using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Synthetic;

/// <summary>
/// Digits as a hand would write them, 28 x 28 pixels, bright on dark: one of several ways to write each, bent, slanted,
/// turned, stretched, shifted, and drawn with pens of many widths on slightly noisy paper. Classes are equally frequent
/// and take turns. Each example has its own random stream, so the bytes depend on the seed alone.
/// </summary>
public static class StrokeDigits
{
    public const int TrainCount = 20_000;
    public const int TestCount = 4_000;
    public const int Side = 28;

    /// <summary>Noise of one standard deviation for each byte of randomness: nearly normal, bounded.</summary>
    private static readonly float[] Noise = MakeNoise();

    public static LoadedData Load() => Generated.Load(Draw("train", TrainCount), Draw("test", TestCount));

    private static Dataset Draw(string part, int count)
    {
        var pixels = new byte[count * Side * Side];
        var labels = new int[count];
        Parallel.For(0, count, () => new Pen(new StrokeCanvas(Side, Side)), (i, _, pen) =>
        {
            labels[i] = i % 10;
            pen.Draw(labels[i], new RandomStream(Generated.Seed, $"digits/{part}/{i}"), pixels.AsSpan(i * Side * Side, Side * Side));
            return pen;
        }, _ => { });
        return Dataset.OfPixels("digits", [1, Side, Side], pixels, labels, Enumerable.Range(0, 10).Select(d => $"{d}"));
    }

    private static float[] MakeNoise()
    {
        var stream = new RandomStream(Generated.Seed, "digits/noise");
        return [.. Enumerable.Range(0, 256).Select(_ => Bell(stream))];
    }

    /// <summary>Nearly standard normal, within +-3.5: four uniform numbers added up, as no logarithm is the same everywhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Bell(RandomStream stream)
    {
        var sum = stream.NextDouble() + stream.NextDouble() + stream.NextDouble() + stream.NextDouble();
        return (float)((sum - 2) * 1.7320508075688772);
    }

    private static float Uniform(RandomStream stream, float low, float high) => (float)stream.Uniform(low, high);

    /// <summary>Draws one example after the other on a canvas of its own.</summary>
    private sealed class Pen(StrokeCanvas canvas)
    {
        private const int Pieces = 4; // straight pieces between two control points
        private readonly List<(float X, float Y, bool Start)> _line = new(128);
        private readonly float[] _xs = new float[16], _ys = new float[16];

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Draw(int digit, RandomStream random, Span<byte> pixels)
        {
            var ways = StrokeGlyphs.Ways[digit];
            Trace(ways[random.NextInt(ways.Count)], random);
            Place(random);
            Ink(random);
            Develop(random, pixels);
        }

        /// <summary>Turns the strokes, their points jittered and bent, into a polyline around the origin.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Trace(StrokeGlyphs.Stroke[] strokes, RandomStream random)
        {
            _line.Clear();
            float bendX = 0.22f * Bell(random), bendY = 0.12f * Bell(random), twist = 0.25f * Bell(random);
            foreach (var stroke in strokes)
            {
                var n = stroke.Xs.Length;
                float driftX = 0.015f * Bell(random), driftY = 0.015f * Bell(random);
                for (var i = 0; i < n; i++)
                {
                    var x = stroke.Xs[i] + driftX + (0.028f * Bell(random));
                    var y = stroke.Ys[i] + driftY + (0.028f * Bell(random));
                    // A quadratic bend each way and one part growing at the cost of the other.
                    _xs[i] = (x * (1 + (twist * y))) + (bendX * ((y * y) - 0.1f));
                    _ys[i] = y + (bendY * x * 2 * x) + (0.3f * bendX * x * y);
                }

                Curve(n, stroke.Corners);
            }
        }

        /// <summary>Catmull-Rom curve through the first n points; at corners and ends it leaves straight.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Curve(int n, bool[] corners)
        {
            _line.Add((_xs[0], _ys[0], true));
            for (var i = 0; i + 1 < n; i++)
            {
                float x1 = _xs[i], y1 = _ys[i], x2 = _xs[i + 1], y2 = _ys[i + 1];
                var (x0, y0) = i == 0 || corners[i] ? ((2 * x1) - x2, (2 * y1) - y2) : (_xs[i - 1], _ys[i - 1]);
                var (x3, y3) = i + 2 == n || corners[i + 1] ? ((2 * x2) - x1, (2 * y2) - y1) : (_xs[i + 2], _ys[i + 2]);
                for (var p = 1; p <= Pieces; p++)
                {
                    var t = p / (float)Pieces;
                    _line.Add((Spline(x0, x1, x2, x3, t), Spline(y0, y1, y2, y3, t), false));
                }
            }
        }

        private static float Spline(float a, float b, float c, float d, float t) =>
            0.5f * ((2 * b) + (t * (c - a + (t * ((2 * a) - (5 * b) + (4 * c) - d + (t * ((3 * (b - c)) + d - a)))))));

        /// <summary>Stretches, slants, turns and shifts the polyline onto the canvas, keeping it within the margins.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Place(RandomStream random)
        {
            var height = Uniform(random, 15.5f, 20.5f);
            var width = height * Uniform(random, 0.8f, 1.25f);
            var slant = 0.14f + (0.22f * Bell(random));
            var half = 0.085f * Bell(random); // tangent of half the angle: rotation without trigonometry
            float cos = (1 - (half * half)) / (1 + (half * half)), sin = 2 * half / (1 + (half * half));
            float minX = float.MaxValue, maxX = float.MinValue, minY = float.MaxValue, maxY = float.MinValue;
            for (var i = 0; i < _line.Count; i++)
            {
                var (x, y, start) = _line[i];
                float sx = (width * x) - (slant * height * y), sy = height * y;
                float rx = (cos * sx) - (sin * sy), ry = (sin * sx) + (cos * sy);
                _line[i] = (rx, ry, start);
                (minX, maxX) = (MathF.Min(minX, rx), MathF.Max(maxX, rx));
                (minY, maxY) = (MathF.Min(minY, ry), MathF.Max(maxY, ry));
            }

            const float Margin = 2.5f, Room = Side - 1 - (2 * Margin);
            var shrink = MathF.Min(1, MathF.Min(Room / (maxX - minX), Room / (maxY - minY)));
            var left = Shift(shrink * (maxX - minX), random) - (shrink * minX);
            var top = Shift(shrink * (maxY - minY), random) - (shrink * minY);
            for (var i = 0; i < _line.Count; i++)
                _line[i] = ((shrink * _line[i].X) + left, (shrink * _line[i].Y) + top, _line[i].Start);

            static float Shift(float extent, RandomStream random)
            {
                var free = Room - extent;
                return Margin + Math.Clamp((0.5f * free) + (1.4f * Bell(random)), 0, free);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Ink(RandomStream random)
        {
            canvas.Clear();
            var spread = Uniform(random, -1, 1);
            var radius = 1.15f + (0.3f * spread) + (0.25f * spread * spread * spread);
            var soft = Uniform(random, 0.9f, 1.5f);
            var pressure = 0.2f * Bell(random) / _line.Count; // the pen grows heavier or lighter as it goes
            for (var i = 1; i < _line.Count; i++)
            {
                var (x1, y1, start) = _line[i];
                var (x0, y0, _) = _line[i - 1];
                if (!start) canvas.Line(x0, y0, x1, y1, radius * (1 + (pressure * (i - (0.5f * _line.Count)))), soft);
            }
        }

        /// <summary>Ink to bytes, with a grain that is stronger in the ink than on the paper.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Develop(RandomStream random, Span<byte> pixels)
        {
            var bright = Uniform(random, 200, 255);
            var grain = Uniform(random, 2, 16);
            var paper = Uniform(random, 0, 5);
            // Whole vectors and no branch: half the paper lies below black, which a branch would guess wrongly.
            Span<float> row = stackalloc float[Side + Vector256<float>.Count];
            var bits = 0UL;
            for (var y = 0; y < Side; y++)
            {
                for (var x = 0; x < Side; x++)
                {
                    if (x % 8 == 0) bits = random.NextUInt64();
                    row[x] = Noise[(byte)bits];
                    bits >>= 8;
                }

                for (var x = 0; x < Side; x += Vector256<float>.Count)
                {
                    var ink = Vector256.LoadUnsafe(in canvas.Row(y)[x]);
                    var value = (ink * bright) + (Vector256.LoadUnsafe(ref row[x]) * (Vector256.Create(paper) + (ink * grain)));
                    Vector256.Min(Vector256.Max(value, Vector256<float>.Zero), Vector256.Create(255f)).StoreUnsafe(ref row[x]);
                }

                for (var x = 0; x < Side; x++) pixels[(y * Side) + x] = (byte)(int)row[x];
            }
        }
    }
}
