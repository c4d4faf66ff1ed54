namespace GenDisc.Core.Training.Energy;

/// <summary>Energies over training, thinned as it grows: at most <see cref="Most"/> points, evenly spaced.</summary>
internal sealed class EnergyHistory
{
    public const int Most = 1024;

    private readonly List<EnergyPoint> points = [];
    private long stride = 1;

    public IReadOnlyList<EnergyPoint> Points => points;

    public void Add(EnergyPoint point)
    {
        if ((point.Step - 1) % stride != 0) return;
        if (points.Count == Most)
        {
            stride *= 2;
            for (var i = 0; i < Most / 2; i++) points[i] = points[2 * i];
            points.RemoveRange(Most / 2, Most / 2);
            if ((point.Step - 1) % stride != 0) return;
        }

        points.Add(point);
    }
}
