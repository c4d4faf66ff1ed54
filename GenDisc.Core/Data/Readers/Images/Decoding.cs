using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Readers.Images;

/// <summary>
/// Decodes all pictures of a source to one size: read one after another, decoded on all processors. All become grey if
/// all are grey, else red, green and blue. The first picture in order that cannot be used is the one reported.
/// </summary>
internal sealed class Decoding(
    ImageSource source,
    ImmutableArray<ImageItem> items,
    (int Height, int Width)? resize,
    IProgress<FetchProgress>? progress,
    CancellationToken cancel)
{
    /// <summary>Pictures between two reports.</summary>
    private const int Report = 256;

    private readonly Lock _lock = new();
    private int _done;
    private int _failedAt;
    private UserError? _failure;

    /// <exception cref="UserError">A picture is unusable, or of another size than the first and there is none to bring them to.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public PixelBlock Run()
    {
        var bytes = source.Read(items[0].File);
        var first = ImageFile.Header(bytes, how => source.Wrong(items[0].File.Name, how));
        return (first.IsGrey ? Decode(first, 1) : null) ?? Decode(first, 3)!;
    }

    /// <summary>Null when only one channel is wanted but a picture has colours.</summary>
    private PixelBlock? Decode(ImageHeader first, int channels)
    {
        var (height, width) = resize ?? (first.Height, first.Width);
        var length = (Int128)items.Length * channels * height * width;
        // Half of the memory: training data are copied at times.
        var most = Math.Min(Array.MaxLength, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2);
        if (length > most)
            throw source.Wrong(
                items[0].File.Name,
                $"{items.Length} pictures of {width}×{height} pixels like this one need {length >> 20} MB, but only {most >> 20} MB can be had. "
                + "Make them smaller: |> resized 32 32");

        var block = new PixelBlock(items.Length, channels, height, width, new byte[(int)length], []);
        var colourSeen = false;
        _done = 0;
        _failedAt = int.MaxValue;
        _failure = null;
        // Without buffering the source is asked for one file at a time, under the partitioner's lock.
        using var origin = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var files = Partitioner.Create(Contents(origin, () => colourSeen), EnumerablePartitionerOptions.NoBuffering);
        Parallel.ForEach(files, new ParallelOptions { CancellationToken = cancel }, file =>
        {
            try
            {
                if (DecodeOne(file.Index, file.Bytes, first, block))
                    Count();
                else
                    colourSeen = true;
            }
            catch (UserError e)
            {
                Fail(file.Index, e);
            }
        });

        // A pass cut short by a colour has not seen all: the next one finds the first failure.
        if (colourSeen) return null;
        return _failure is null ? block with { Origin = origin.GetHashAndReset() } : throw _failure;
    }

    /// <summary>The files in order, until one is known to be unusable. Each is hashed as it is read.</summary>
    private IEnumerable<(int Index, byte[] Bytes)> Contents(IncrementalHash origin, Func<bool> stop)
    {
        for (var i = 0; i < items.Length && i < Volatile.Read(ref _failedAt) && !stop(); i++)
        {
            byte[] bytes;
            try
            {
                bytes = source.Read(items[i].File);
            }
            catch (UserError e)
            {
                Fail(i, e);
                yield break;
            }

            // With the length, so that no byte can pass from one file, or from a name, to the next.
            origin.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{items[i].File.Name}\0{bytes.Length}\0")));
            origin.AppendData(bytes);
            yield return (i, bytes);
        }
    }

    /// <summary>False when the picture has colours that the block has no channels for.</summary>
    private bool DecodeOne(int index, byte[] bytes, ImageHeader first, PixelBlock block)
    {
        var name = items[index].File.Name;
        var header = ImageFile.Header(bytes, Wrong);
        if (resize is null && (header.Width != first.Width || header.Height != first.Height))
            throw Wrong(
                $"it has {header} pixels, but {items[0].File.Name} has {first}. All pictures must be of one size: "
                + "bring them to one, as in |> resized 32 32");
        if (block.Channels == 1 && !header.IsGrey) return false;
        var pixels = ImageFile.Decode(bytes, block.Channels, Wrong);
        Resampling.ToPlanes(
            pixels, header.Height, header.Width, block.Channels,
            block.Bytes.AsSpan(index * block.Size, block.Size), block.Height, block.Width);
        return true;

        UserError Wrong(string how) => source.Wrong(name, how);
    }

    private void Count()
    {
        lock (_lock)
        {
            if (++_done % Report == 0 || _done == items.Length)
                progress?.Report(new FetchProgress($"decoding {Path.GetFileName(source.Path)}", _done, items.Length));
        }
    }

    private void Fail(int index, UserError failure)
    {
        lock (_lock)
        {
            if (index >= _failedAt) return;
            _failure = failure;
            _failedAt = index;
        }
    }
}
