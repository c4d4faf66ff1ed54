namespace GenDisc.Core.Kernels.Optimisers;

/// <summary>What a kernel does to part of a parameter. Calls run side by side, those of one block in turn.</summary>
internal unsafe interface IPieceKernel
{
    /// <param name="values">The parameter's elements.</param>
    /// <param name="gradient">Their gradients.</param>
    /// <param name="position">Of the first element on the line, a multiple of 8: where its state is kept.</param>
    /// <param name="count">A multiple of 8.</param>
    /// <param name="steps">Updates of this parameter, this one included.</param>
    /// <param name="block">Which block of the line.</param>
    void Run(float* values, float* gradient, long position, int count, long steps, int block);
}
