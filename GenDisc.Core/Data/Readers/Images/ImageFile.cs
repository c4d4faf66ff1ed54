using GenDisc.Core.Runtime;
using StbImageSharp;

namespace GenDisc.Core.Data.Readers.Images;

/// <summary>What a picture's header declares. Grey includes grey with transparency, which is dropped.</summary>
internal sealed record ImageHeader(int Width, int Height, bool IsGrey)
{
    public override string ToString() => $"{Width}×{Height}";
}

/// <summary>Decodes one PNG, JPEG or BMP. Nothing is decoded before its header has been found modest.</summary>
internal static class ImageFile
{
    /// <summary>Widest and highest picture that is decoded.</summary>
    public const int MostPixels = 4096;

    private static readonly (byte[] Start, string Format)[] Formats =
        [([0x89, 0x50, 0x4e, 0x47], "PNG"), ([0xff, 0xd8, 0xff], "JPEG"), ([0x42, 0x4d], "BMP")];

    /// <param name="bytes">The file's content.</param>
    /// <param name="wrong">Makes the error, naming the file.</param>
    /// <exception cref="UserError">It is no picture, or declares too many pixels.</exception>
    public static ImageHeader Header(byte[] bytes, Func<string, UserError> wrong)
    {
        var format = Array.Find(Formats, known => bytes.AsSpan().StartsWith(known.Start)).Format
            ?? throw wrong("it is no PNG, JPEG or BMP, whatever its name. Delete it, or replace it");
        if (format == "JPEG") JpegCheck.Run(bytes, wrong);
        if (format == "PNG" && PngCheck.Declared(bytes) is var (width, height)) CheckSize(width, height, wrong);
        // The decoder's own parser, so that the two cannot disagree about which size counts.
        var info = Trying(() => ImageInfo.FromStream(new MemoryStream(bytes)), wrong)
            ?? throw wrong($"its {format} header is damaged. Delete it, or replace it");
        if (info.Width < 1 || info.Height < 1) throw wrong("its header declares that it has no pixels. Delete it, or replace it");
        CheckSize(info.Width, info.Height, wrong);
        if (format == "PNG") PngCheck.Run(bytes, info.Width, info.Height, wrong);
        return new ImageHeader(info.Width, info.Height, info.ColorComponents is ColorComponents.Grey or ColorComponents.GreyAlpha);
    }

    /// <summary>The pixels, row by row, the channels of a pixel side by side.</summary>
    /// <param name="bytes">Content whose <see cref="Header"/> was found modest.</param>
    /// <param name="channels">1 for grey or 3 for red, green and blue.</param>
    /// <param name="wrong">Makes the error, naming the file.</param>
    /// <exception cref="UserError">It is damaged.</exception>
    public static byte[] Decode(byte[] bytes, int channels, Func<string, UserError> wrong) =>
        Trying(() => ImageResult.FromMemory(bytes, channels == 1 ? ColorComponents.Grey : ColorComponents.RedGreenBlue), wrong).Data;

    private static void CheckSize(long width, long height, Func<string, UserError> wrong)
    {
        if (width > MostPixels || height > MostPixels)
            throw wrong(
                $"its header declares {width}×{height} pixels, but at most {MostPixels}×{MostPixels} are decoded. "
                + "Make it smaller, or delete it if it is not to be trusted");
    }

    private static T Trying<T>(Func<T> decode, Func<string, UserError> wrong)
    {
        try
        {
            return decode();
        }
        catch (Exception e)
        {
            // Whatever a decoder throws at damaged content, an index out of range among it.
            throw wrong($"it is damaged ({e.Message.TrimEnd('.')}). Delete it, or replace it");
        }
    }
}
