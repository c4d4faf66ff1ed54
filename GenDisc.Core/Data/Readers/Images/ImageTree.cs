using System.Collections.Immutable;
using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Readers.Images;

/// <summary>A picture, its class, and whether it lies in the part to test with.</summary>
internal sealed record ImageItem(SourceFile File, int Class, bool IsTest);

/// <summary>
/// The pictures of a source by class: a class is a directory at the top, or within train/ and test/ at the top, or
/// either within a single directory around all. Training pictures come first, each part in ordinal order of the names.
/// </summary>
internal sealed record ImageTree(ImmutableArray<string> ClassNames, ImmutableArray<ImageItem> Items, bool HasParts)
{
    private static readonly string[] Endings = [".png", ".jpg", ".jpeg", ".bmp"];
    private static readonly string[] Parts = ["train", "test"];

    /// <exception cref="UserError">There are no pictures, or they do not lie in classes.</exception>
    public static ImageTree Of(ImageSource source)
    {
        var pictures = source.Files.Where(file => IsShown(file.Name) && Endings.Contains(Path.GetExtension(file.Name).ToLowerInvariant())).ToList();
        if (pictures.Count == 0)
            throw new UserError($"{source.Path}: it holds no pictures ({string.Join(", ", Endings)}). Put pictures into it, in a directory for each class.");
        var directories = source.Directories.Concat(pictures.SelectMany(file => Above(file.Name))).Where(IsShown).Distinct().ToList();

        var root = "";
        var tops = Children(directories, root);
        if (!IsParts(tops) && tops is [var only] && Children(directories, $"{only}/").Length > 0)
        {
            root = $"{only}/";
            tops = Children(directories, root);
        }

        var roots = IsParts(tops) ? Parts.Select(part => $"{root}{part}/").ToArray() : [root];
        if (roots.Length > 1 && tops.Length > 2)
            throw new UserError(
                $"{source.Path}: beside train and test it holds {string.Join(", ", tops.Except(Parts).Select(top => $"{root}{top}"))}. "
                + "Move it away, or into a class.");

        var places = pictures.ConvertAll(file => Place(file.Name, roots));
        if (places.FindIndex(place => place is null) is var stray and >= 0)
            throw source.Wrong(pictures[stray].Name, "this picture lies in no class. Put every picture into the directory of its class");
        var classes = Children(directories, roots[0]);
        Check(source, roots, classes, Children(directories, roots[^1]), [.. places.Select(place => place!.Value).Distinct()]);
        var items = pictures
            .Zip(places, (file, place) => new ImageItem(file, Array.IndexOf(classes, place!.Value.Class), place.Value.Part == 1))
            .OrderBy(item => item.IsTest);
        return new ImageTree([.. classes], [.. items], roots.Length > 1);
    }

    /// <summary>The part and class that a picture's name puts it in, if any.</summary>
    private static (int Part, string Class)? Place(string name, string[] roots)
    {
        var part = Array.FindIndex(roots, root => name.StartsWith(root, StringComparison.Ordinal));
        if (part < 0) return null;
        var slash = name.IndexOf('/', roots[part].Length);
        return slash < 0 ? null : (part, name[roots[part].Length..slash]);
    }

    private static void Check(
        ImageSource source, string[] roots, string[] classes, string[] testClasses, HashSet<(int Part, string Class)> filled)
    {
        if (classes.Except(testClasses).Concat(testClasses.Except(classes)).Order(StringComparer.Ordinal).FirstOrDefault() is { } lone)
            throw new UserError($"{source.Path}: class {lone} is in one of {roots[0]} and {roots[^1]} only. Both must hold the same classes.");
        if (classes.Length < 2)
            throw new UserError(
                $"{source.Path}: it holds {(classes is [var one] ? $"the single class {one}" : "no class")}, but there must be at least two: a directory for each.");
        for (var part = 0; part < roots.Length; part++)
        {
            if (Array.Find(classes, c => !filled.Contains((part, c))) is { } empty)
                throw source.Wrong($"{roots[part]}{empty}", "this class holds no pictures. Put some into it, or delete it");
        }
    }

    private static bool IsParts(string[] tops) => Parts.All(tops.Contains);

    /// <summary>Names of the directories immediately below a prefix, in ordinal order.</summary>
    private static string[] Children(List<string> directories, string prefix) =>
    [
        .. directories
            .Where(directory => directory.Length > prefix.Length && directory.StartsWith(prefix, StringComparison.Ordinal))
            .Select(directory => directory[prefix.Length..].Split('/')[0])
            .Distinct()
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The directory that holds a file, if it names one; those above it are its prefixes.</summary>
    private static IEnumerable<string> Above(string name) => name.LastIndexOf('/') is var slash and > 0 ? [name[..slash]] : [];

    /// <summary>Not hidden, nor put there by an operating system.</summary>
    private static bool IsShown(string name) =>
        !name.Split('/').Any(part => part.StartsWith('.') || part is "__MACOSX" or "Thumbs.db");
}
