namespace GenDisc.Benchmarks;

/// <summary>The models that are compared; another one is another entry.</summary>
internal static class Designs
{
    public static IReadOnlyList<Design> All { get; } =
    [
        new Network("mlp")
        {
            Trunk = [new Shape(784)],
            Head = [new Dense(784, 512), new Relu(), new Dense(512, 256), new Relu(), new Dense(256, 10)],
        },
        new Network("cnn")
        {
            Trunk =
            [
                new Conv(1, 16, Side: 28), new Relu(), new Pool(),
                new Conv(16, 32, Side: 14), new Relu(), new Pool(),
            ],
            Head = [new Shape(1568), new Dense(1568, 10)],
        },
        new Network("vae")
        {
            Trunk = [new Shape(784), new Dense(784, 400), new Relu()],
            Latent = new Latent(400, 20, [new Dense(20, 400), new Relu(), new Dense(400, 784), new Shape(1, 28, 28)]),
        },
        new Network("hybrid")
        {
            Trunk = [new Shape(784), new Dense(784, 400), new Relu()],
            Latent = new Latent(400, 32, [new Dense(32, 400), new Relu(), new Dense(400, 784), new Shape(1, 28, 28)]),
            Head = [new Dense(32, 128), new Relu(), new Dense(128, 10)],
            BoundWeight = 0.1,
        },
        new Restricted("rbm", 784, 500),
        new Denoising("unet", 16),
    ];
}
