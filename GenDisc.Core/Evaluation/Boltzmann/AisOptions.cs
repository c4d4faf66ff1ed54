using GenDisc.Core.Runtime;

namespace GenDisc.Core.Evaluation.Boltzmann;

/// <summary>How finely a partition function is estimated.</summary>
/// <param name="Chains">Independent runs, at least 2, since error bars come from their spread.</param>
/// <param name="Temperatures">
/// Steps from β = 0 to 1, at least 1; of 14,500 there are 500 up to 0.5, 4,000 from there to 0.9 and 10,000 to 1
/// (Salakhutdinov and Murray 2008, section 5), of other numbers the same shares.
/// </param>
public sealed record AisOptions(int Chains = 100, int Temperatures = 14500)
{
    /// <summary>Inverse temperatures from 0 to 1, rising, one more than there are steps.</summary>
    /// <exception cref="UserError">A number is too small.</exception>
    public double[] Schedule()
    {
        if (Chains < 2)
            throw new UserError($"Annealed importance sampling: {Chains} chains give no error bar; run at least 2.");
        if (Temperatures < 1)
            throw new UserError($"Annealed importance sampling: {Temperatures} temperatures; there must be at least 1.");
        var betas = new double[Temperatures + 1];
        // Too few steps for three parts are spaced evenly.
        var first = Temperatures < 3 ? 0 : Math.Max(1, (int)Math.Round(Temperatures * (500 / 14500.0)));
        var second = Temperatures < 3 ? 0 : Math.Max(1, (int)Math.Round(Temperatures * (4000 / 14500.0)));
        Fill(betas, 0, first, 0, 0.5);
        Fill(betas, first, second, 0.5, 0.9);
        Fill(betas, first + second, Temperatures - first - second, first == 0 ? 0 : 0.9, 1);
        return betas;
    }

    private static void Fill(double[] betas, int start, int steps, double from, double to)
    {
        for (var i = 0; i < steps; i++) betas[start + i] = from + ((to - from) * i / steps);
        betas[start + steps] = to;
    }
}
