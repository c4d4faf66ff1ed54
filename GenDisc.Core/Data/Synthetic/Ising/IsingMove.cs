using GenDisc.Core.Runtime;

namespace GenDisc.Core.Data.Synthetic.Ising;

/// <summary>A transition of the lattice that leaves exp(−H/T)/Z invariant.</summary>
public abstract class IsingMove
{
    /// <summary>Moves about as many spins as the lattice has, or proposes to.</summary>
    public abstract void Sweep(IsingLattice lattice, RandomStream stream);
}
