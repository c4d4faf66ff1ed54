using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using GenDisc.Core.Data.Readers.Images;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Readers;

/// <summary>
/// Reads pictures (PNG, JPEG, BMP) from a directory or a zip with a directory for each class, in train/ and test/ or
/// without such parts. Decoded pictures are kept in a cache and decoded again only when the source has changed.
/// </summary>
public static class ImageFolder
{
    /// <summary>Pixels as [channels, height, width]: one channel when all pictures are grey, else three.</summary>
    /// <param name="path">The directory or zip.</param>
    /// <param name="cacheDirectory">Where decoded pictures are kept; it need not exist yet.</param>
    /// <param name="testShare">Of every class, to test with where the source has no parts; the same pictures whatever the seed. In (0, 1).</param>
    /// <param name="resize">The size to bring pictures to; null when all are of one size.</param>
    /// <param name="progress">Told of pictures decoded so far, of how many.</param>
    /// <param name="cancel">Stops decoding.</param>
    /// <exception cref="UserError">The source holds no classes of pictures, one is unusable, or the sizes differ.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static LoadedData Load(
        string path,
        string cacheDirectory,
        double testShare,
        (int Height, int Width)? resize,
        IProgress<FetchProgress>? progress,
        CancellationToken cancel)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (resize is { } size && (Math.Min(size.Height, size.Width) < 1 || Math.Max(size.Height, size.Width) > ImageFile.MostPixels))
            throw new UserError($"{path}: pictures cannot be brought to {size.Height}×{size.Width} pixels; each side must be 1 to {ImageFile.MostPixels}.");
        using var source = ImageSource.Open(path);
        var tree = ImageTree.Of(source);
        var cache = new PixelCache(cacheDirectory, Key(path, tree, resize));
        if (cache.Read(tree.Items.Length, resize) is not { } block)
        {
            block = new Decoding(source, tree.Items, resize, progress, cancel).Run();
            cache.Write(block);
        }

        var (train, test) = Divide(path, tree, testShare);
        return new LoadedData(Part(path, tree, block, train), Part(path, tree, block, test), [FileOf(path, tree, block)]);
    }

    /// <summary>
    /// Of the size wanted and of name, size and stamp of each picture. The stamps of a zip are checksums, so that it is the
    /// same wherever it lies; those of a directory are times, which tell only whether that one directory has changed.
    /// </summary>
    private static byte[] Key(string path, ImageTree tree, (int Height, int Width)? resize)
    {
        var listing = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"{resize?.Height}x{resize?.Width}\n"));
        if (Directory.Exists(path)) listing.Append(CultureInfo.InvariantCulture, $"{path}\0\n");
        foreach (var (file, _, _) in tree.Items) listing.Append(CultureInfo.InvariantCulture, $"{file.Name}\0{file.Size}\0{file.Stamp}\n");
        return SHA256.HashData(Encoding.UTF8.GetBytes(listing.ToString()));
    }

    /// <summary>A zip by its own checksum; a directory by that of the names and contents of its pictures, which no date changes.</summary>
    private static DataFile FileOf(string path, ImageTree tree, PixelBlock block)
    {
        var name = Path.GetFileName(path);
        if (Directory.Exists(path))
            return new DataFile($"{name} (pictures)", Convert.ToHexStringLower(block.Origin), tree.Items.Sum(item => item.File.Size));
        var (sha256, length) = PossiblyGzipped.Hash(path, unpack: false);
        return new DataFile(name, sha256, length);
    }

    private static (int[] Train, int[] Test) Divide(string path, ImageTree tree, double testShare)
    {
        int[] labels = [.. tree.Items.Select(item => item.Class)];
        var all = Enumerable.Range(0, labels.Length);
        int[] test = tree.HasParts
            ? [.. all.Where(i => tree.Items[i].IsTest)]
            : TestPart.Choose(path, labels.Length, labels, testShare);
        int[] train = [.. all.Except(test)];
        if (Strata.FirstAbsent(tree.ClassNames.Length, train.Select(i => labels[i])) is var absent and >= 0)
            throw new UserError($"{path}: all pictures of class {tree.ClassNames[absent]} are to test with. Add pictures to it, or choose a smaller test share.");
        return (train, test);
    }

    private static Dataset Part(string path, ImageTree tree, PixelBlock block, int[] rows)
    {
        // Parts lie in one piece in the block; a part chosen from all pictures is gathered.
        ReadOnlyMemory<byte> pixels = block.Bytes.AsMemory(rows[0] * block.Size, rows.Length * block.Size);
        if (!tree.HasParts)
        {
            var gathered = new byte[rows.Length * block.Size];
            for (var i = 0; i < rows.Length; i++) block.Bytes.AsSpan(rows[i] * block.Size, block.Size).CopyTo(gathered.AsSpan(i * block.Size));
            pixels = gathered;
        }

        return Dataset.OfPixels(
            Path.GetFileNameWithoutExtension(path),
            [block.Channels, block.Height, block.Width],
            pixels,
            Array.ConvertAll(rows, row => tree.Items[row].Class),
            tree.ClassNames);
    }
}
