namespace GenDisc.Core.Training;

/// <summary>Hears how training goes. Called on the training thread: be brief.</summary>
public interface ITrainingObserver
{
    /// <param name="epoch">From 1.</param>
    /// <param name="batch">From 1.</param>
    /// <param name="batches">In this epoch.</param>
    /// <param name="examplesPerSecond">Since the epoch began.</param>
    /// <param name="loss">Of this batch.</param>
    void BatchDone(int epoch, int batch, int batches, double examplesPerSecond, double loss);

    void EpochDone(EpochReport report);

    /// <summary>Something the user should know that does not stop training.</summary>
    void Warn(string message);
}
