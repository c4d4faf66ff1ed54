using GenDisc.Core.Data;
using GenDisc.Core.Models;

namespace GenDisc.Core.Training;

/// <summary>Sees every evaluated batch, for figures beyond means (confusion matrix, predictions).</summary>
public interface IEvaluationSink
{
    void Add(ModelOutput output, Batch batch);
}
