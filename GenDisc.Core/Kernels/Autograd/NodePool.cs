namespace GenDisc.Core.Kernels.Autograd;

/// <summary>Nodes of one kind for use again. It keeps every node that it made: native code holds pointers to them.</summary>
internal sealed class NodePool<T>(Func<T> create)
    where T : GradientNode
{
    private readonly Lock gate = new();
    private readonly List<T> made = [];
    private readonly Stack<T> free = new();

    /// <summary>How many nodes there are: as many as were ever in use at once.</summary>
    public int Count
    {
        get
        {
            lock (gate) return made.Count;
        }
    }

    public T Rent()
    {
        lock (gate)
        {
            if (free.TryPop(out var kept)) return kept;
            var node = create();
            node.ReturnsTo(() =>
            {
                lock (gate) free.Push(node);
            });
            made.Add(node);
            return node;
        }
    }
}
