namespace GenDisc.Core.Data;

/// <summary>One image of a batch, to be changed in place.</summary>
/// <param name="pixels">[channels, height, width].</param>
/// <param name="height">Rows.</param>
/// <param name="width">Columns.</param>
/// <param name="scratch">At least as many numbers, of any value.</param>
internal readonly ref struct ImageSpan(Span<float> pixels, int height, int width, Span<float> scratch)
{
    public Span<float> Pixels { get; } = pixels;

    public int Height { get; } = height;

    public int Width { get; } = width;

    public int Channels => Pixels.Length / (Height * Width);

    public Span<float> Scratch { get; } = scratch[..pixels.Length];

    public Span<float> Row(int channel, int y) => Pixels.Slice(((channel * Height) + y) * Width, Width);

    /// <summary>What was at (y, x) comes to (y + down, x + right); what comes in from outside is 0.</summary>
    public void Move(int down, int right)
    {
        for (var c = 0; c < Channels; c++)
        {
            // Away from where rows go, so that each is read before it is overwritten.
            for (var n = 0; n < Height; n++)
            {
                var y = down > 0 ? Height - 1 - n : n;
                var row = Row(c, y);
                if ((uint)(y - down) >= (uint)Height)
                {
                    row.Clear();
                    continue;
                }

                var from = Row(c, y - down);
                if (right >= 0)
                {
                    from[..(Width - right)].CopyTo(row[right..]);
                    row[..right].Clear();
                }
                else
                {
                    from[-right..].CopyTo(row);
                    row[(Width + right)..].Clear();
                }
            }
        }
    }
}
