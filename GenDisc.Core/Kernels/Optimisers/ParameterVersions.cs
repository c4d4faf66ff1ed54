using System.Runtime.InteropServices;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace GenDisc.Core.Kernels.Optimisers;

/// <summary>
/// Tells libtorch that parameters have changed. It counts changes in place and so refuses to go back through a graph
/// that was built before one; a kernel writes behind its back. An operation in place on an empty view of a parameter
/// counts for the whole.
/// </summary>
internal sealed partial class ParameterVersions : IDisposable
{
    private readonly Tensor[] views;

    public ParameterVersions(ReadOnlySpan<Parameter> parameters)
    {
        using var scope = NewDisposeScope();
        views = new Tensor[parameters.Length];
        for (var i = 0; i < views.Length; i++)
            views[i] = parameters[i].detach().view(-1).narrow(0, 0, 0).DetachFromDisposeScope();
    }

    /// <summary>The parameter has changed.</summary>
    public void Bump(int parameter) => Negate(views[parameter].Handle);

    public void Dispose()
    {
        foreach (var view in views) view.Dispose();
    }

    [LibraryImport("LibTorchSharp", EntryPoint = "THSTensor_neg_")]
    private static partial void Negate(nint tensor);
}
