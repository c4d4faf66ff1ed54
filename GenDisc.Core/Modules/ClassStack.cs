using GenDisc.Core.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GenDisc.Core.Modules;

/// <summary>
/// Fully connected layers over [x; one-hot y] with ReLUs between them. The first is W x + b + V_y, so that the product
/// with x serves all classes.
/// </summary>
internal sealed class ClassStack : Module
{
    private readonly int classes;
    private readonly Affine input;
    private readonly TorchSharp.Modules.Parameter table;
    private readonly Chain rest;

    /// <param name="inputs">Size of x.</param>
    /// <param name="classes">Values of y.</param>
    /// <param name="hidden">Widths between input and output.</param>
    /// <param name="outputs">Size of the result.</param>
    /// <param name="init">Stream of initial values.</param>
    /// <param name="kernels">Whether hand-written kernels may be used.</param>
    public ClassStack(int inputs, int classes, IReadOnlyList<int> hidden, int outputs, RandomStream init, bool kernels)
        : base(nameof(ClassStack))
    {
        this.classes = classes;
        int[] widths = [.. hidden, outputs];
        input = new Affine(inputs, widths[0], init, kernels);
        table = Initialise.FanIn(init, inputs, classes, widths[0]);
        var layers = new List<Module<Tensor, Tensor>>();
        for (var i = 1; i < widths.Length; i++)
        {
            layers.Add(Pure.Relu());
            layers.Add(new Affine(widths[i - 1], widths[i], init, kernels));
        }

        rest = new Chain(layers);
        RegisterComponents();
    }

    /// <summary>For one class each.</summary>
    /// <param name="x">`[n, inputs]`</param>
    /// <param name="labels">int64 `[n]`</param>
    /// <returns>`[n, outputs]`</returns>
    public Tensor Of(Tensor x, Tensor labels) => rest.call(input.call(x) + table.index_select(0, labels));

    /// <summary>For every class in turn, class by class within each example.</summary>
    /// <param name="x">`[n, inputs]`</param>
    /// <returns>`[n·classes, outputs]`</returns>
    public Tensor OfEvery(Tensor x) => rest.call((input.call(x).unsqueeze(1) + table).flatten(0, 1));

    /// <summary>For every class in turn, each with an input of its own.</summary>
    /// <param name="x">`[n·classes, inputs]`, class by class within each example.</param>
    /// <returns>`[n·classes, outputs]`</returns>
    public Tensor OfEach(Tensor x)
    {
        var first = input.call(x);
        return rest.call((first.view(-1, classes, first.size(1)) + table).flatten(0, 1));
    }
}
