using GenDisc.Core.Data;
using GenDisc.Core.Models;

namespace GenDisc.Core.Training;

/// <summary>The weighted sum of terms that a learner minimises, and its gradient.</summary>
internal abstract class Objective(IReadOnlyList<WeightedTerm> terms) : IDisposable
{
    public IReadOnlyList<WeightedTerm> Terms { get; } = terms;

    /// <summary>Every term's mean over the last batch, in the order of <see cref="Terms"/>.</summary>
    public double[] Values { get; } = new double[terms.Count];

    /// <summary>How many examples each value is the mean over; 0 where the term was not computed.</summary>
    public int[] Counts { get; } = new int[terms.Count];

    /// <summary>Which terms the last evaluation computed: not those that only tell, in training, nor those not due.</summary>
    public bool[] Computed { get; } = new bool[terms.Count];

    /// <summary>How many examples of the last batch were classified rightly, where a term came to know it.</summary>
    public int? Correct { get; protected set; }

    public static Objective Of(IReadOnlyList<WeightedTerm> terms, bool kernels) =>
        kernels ? new FusedObjective(terms) : new TensorObjective(terms);

    /// <summary>Computes the loss and every term.</summary>
    /// <param name="output">Of the model on <paramref name="batch"/>.</param>
    /// <param name="batch">The examples.</param>
    /// <param name="epoch">Weighs terms as in this epoch; null: as at the end of all schedules.</param>
    /// <param name="learns">Whether <see cref="Backward"/> will follow, within the same dispose scope.</param>
    public abstract double Evaluate(ModelOutput output, Batch batch, int? epoch, bool learns);

    /// <summary>Adds the gradient of the last evaluation to the `grad` of every parameter.</summary>
    public abstract void Backward();

    public virtual void Dispose()
    {
    }

    protected double WeightOf(int term, int? epoch) =>
        epoch is { } known ? Terms[term].WeightAt(known) : Terms[term].FinalWeight;

    /// <summary>Whether a term is to be computed; else its value is 0.</summary>
    protected bool Computes(int term, ModelOutput output, Batch batch, bool learns)
    {
        var formula = Terms[term].Term;
        Values[term] = 0;
        var due = !(learns && formula.EvaluationOnly) && formula.IsDue(output);
        Counts[term] = due ? formula.CountOf(output, batch) : 0;
        return Computed[term] = Counts[term] > 0;
    }
}
