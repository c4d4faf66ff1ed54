using System.Collections.Immutable;
using GenDisc.Core.Data.Readers;
using GenDisc.Core.Data.Synthetic;

namespace GenDisc.Core.Data;

/// <summary>The datasets with their sources and checksums.</summary>
internal static class Catalogue
{
    private static readonly ImmutableArray<string> Digits = [.. Enumerable.Range(0, 10).Select(d => $"{d}")];

    private static readonly ImmutableArray<string> Clothes =
        ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    private static readonly ImmutableArray<string> Objects =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    public static ImmutableArray<DatasetInfo> All { get; } =
    [
        new("mnist", "handwritten digits (LeCun, Cortes, Burges)", [1, 28, 28], Digits, 60_000, 10_000, Idx(
            ["https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/"],
            "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2")),
        new("fashion-mnist", "pictures of clothing (Zalando, MIT licence)", [1, 28, 28], Clothes, 60_000, 10_000, Idx(
            ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"],
            "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34")),
        new("cifar10", "small colour photographs (Krizhevsky)", [3, 32, 32], Objects, 50_000, 10_000,
        [
            Batch("data_batch_1.bin", "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"),
            Batch("data_batch_2.bin", "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"),
            Batch("data_batch_3.bin", "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"),
            Batch("data_batch_4.bin", "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"),
            Batch("data_batch_5.bin", "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"),
            Batch("test_batch.bin", "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"),
        ])
        {
            Format = DataFormat.Cifar,
            Archive = new("cifar-10-binary.tar.gz", "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
                170_052_171, "cifar-10-batches-bin", ["https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"]),
        },
        new("digits", "digits drawn by a program, nothing to fetch", [1, 28, 28], Digits,
            StrokeDigits.TrainCount, StrokeDigits.TestCount, []),
        new("moons", "two interleaved half circles in the plane, generated", [2], Moons.ClassNames,
            Moons.TrainCount, Moons.TestCount, []),
        new("circles", "two circles in the plane, one inside the other, generated", [2], Circles.ClassNames,
            Circles.TrainCount, Circles.TestCount, []),
        new("spirals", "three interleaved spiral arms in the plane, generated", [2], Spirals.ClassNames,
            Spirals.TrainCount, Spirals.TestCount, []),
        new("blobs", "four normal clusters in the plane, of different spread, generated", [2], Blobs.ClassNames,
            Blobs.TrainCount, Blobs.TestCount, []),
        new("friedman", "regression of Friedman's function #1 of ten inputs, generated", [Friedman.Inputs], [],
            Friedman.TrainCount, Friedman.TestCount, []),
    ];

    private static RemoteFile Batch(string name, string sha256) => new(name, sha256, 10_000 * Cifar.RecordSize, []);

    private static ImmutableArray<RemoteFile> Idx(
        string[] mirrors, string trainImages, string trainLabels, string testImages, string testLabels)
    {
        return
        [
            File("train-images-idx3-ubyte", trainImages, 47_040_016),
            File("train-labels-idx1-ubyte", trainLabels, 60_008),
            File("t10k-images-idx3-ubyte", testImages, 7_840_016),
            File("t10k-labels-idx1-ubyte", testLabels, 10_008),
        ];

        RemoteFile File(string name, string sha256, long bytes) =>
            new(name, sha256, bytes, [.. mirrors.Select(mirror => $"{mirror}{name}.gz")]);
    }
}
