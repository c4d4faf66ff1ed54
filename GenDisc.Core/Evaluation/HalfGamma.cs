namespace GenDisc.Core.Evaluation;

/// <summary>The gamma function of whole and half numbers.</summary>
internal static class HalfGamma
{
    /// <summary>ln Γ(ν/2), by Γ(a + 1) = a Γ(a) from Γ(1) = 1 or Γ(½) = √π.</summary>
    /// <param name="freedom">ν ≥ 1</param>
    public static double Log(int freedom)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(freedom);
        var a = freedom % 2 == 0 ? 1 : 0.5;
        var log = freedom % 2 == 0 ? 0 : Math.Log(Math.PI) / 2;
        for (; a < freedom / 2.0; a++) log += Math.Log(a);
        return log;
    }
}
