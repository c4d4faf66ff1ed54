using GenDisc.Core.Data.Readers.Images;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Readers;

/// <summary>How a directory or zip of pictures is divided, told from the names in it alone.</summary>
public static class ImageParts
{
    /// <summary>Whether it has train/ and test/ of its own, so that <see cref="ImageFolder"/> chooses no test part.</summary>
    /// <exception cref="UserError">The source holds no classes of pictures.</exception>
    public static bool Exist(string path)
    {
        using var source = ImageSource.Open(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        return ImageTree.Of(source).HasParts;
    }
}
