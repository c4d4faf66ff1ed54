module GenDisc.Core.Tests.Training.HiddenLabelsTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Models
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open GenDisc.Core.Tests.Models.Samples
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Training.Fitting

let private hide known (s: Splits) =
    s.Hiding(known, RandomStream(1L, "take"))

/// The first batch of an epoch: so many examples, and labelled ones after them.
let private firstOf size (train: Split) =
    let labelled = LabelledRows.Of(train, RandomStream(1L, "labelled"))

    Batches.Shuffled(train, size, RandomStream(1L, "shuffle"), torch.CPU, null, RandomStream(1L, "none"), labelled)
    |> Seq.head

let private evaluated kernels (model: HybridModel) (batch: Batch) =
    use learner =
        new GradientLearner(model, weighted hybridWeights model, adam 0.01, Nullable(), generator 2L, kernels)

    let tally = Tally()
    use noise = generator 3L
    learner.Evaluate(batch, noise, tally)
    Map.ofSeq (tally.Means() |> Seq.map (|KeyValue|))

let private stepped kernels (model: HybridModel) (batch: Batch) =
    use learner =
        new GradientLearner(model, weighted hybridWeights model, adam 0.01, Nullable(), generator 2L, kernels)

    let tally = Tally()
    let loss = learner.Step(batch, StepSettings(1, 1, 1.0), tally)

    loss,
    [| for p in model.parameters () do
           yield! numbers p |]

// Sequenced: live tensors are those of the whole process.
let tests =
    testSequenced
    <| testList
        "Training with hidden labels"
        [ torchTest "terms of labels average over labelled examples, others over the batch's own" (fun () ->
              use model = hybrid 1L
              let train = (splitsOf 64 |> hide 6).Train
              use batch = firstOf 10 train
              Expect.equal (batch.Own, batch.Extra) (10, 6) "the batch"
              let figures = evaluated true model batch
              use noise = generator 3L
              model.eval ()
              let output = model.ForwardBatch(batch, noise)
              let labels = (Unchecked.nonNull batch.Labels).data<int64>().ToArray()
              let logs = (Unchecked.nonNull output.Logits).log_softmax 1L

              let surprise =
                  [| for i, y in Array.indexed labels do
                         if y >= 0L then
                             -(single logs[int64 i, y]) |]

              Expect.isTrue (close 1e-5 figures["crossEntropy"] (Array.average surprise)) "cross-entropy"

              let right =
                  let guesses = (Unchecked.nonNull output.Logits).argmax(1L)

                  [| for guess, y in Array.zip (guesses.data<int64>().ToArray()) labels do
                         if y >= 0L then
                             (if guess = y then 1.0 else 0.0) |]

              Expect.isTrue (close 1e-9 figures["accuracy"] (Array.average right)) "accuracy"

              let own = batch.X.narrow (0L, 0L, 10L)

              let mean, logVariance =
                  let posterior = (Unchecked.nonNull output.Posterior).chunk(2L, 1L)
                  posterior[0], posterior[1]

              Expect.equal mean.shape[0] 10L "posteriors of the batch's own"
              let kl = GenDisc.Core.Losses.GaussianKl.PerExample(mean, logVariance)
              Expect.isTrue (close 1e-5 figures["kl"] (numbers kl |> Array.average)) "kl"
              Expect.equal (numbers (Unchecked.nonNull output.Original)) (numbers own) "and their reconstructions")
          torchTest "importance weights are of the batch's own examples" (fun () ->
              use model = hybrid 1L
              use batch = firstOf 10 (splitsOf 64 |> hide 6).Train
              use noise = generator 3L
              let output = model.ForwardBatch(batch, noise)
              let term = ImportanceTerm(Unchecked.nonNull model.Bottleneck, 4)
              let found = numbers (term.PerExample(output, batch))
              Expect.equal found.Length 10 "one an example"
              Expect.all found Double.IsFinite "nats")
          torchTest "labels that are all known teach what ordinary ones do" (fun () ->
              for make in [ hybrid; semi ] do
                  let data = pixels 24
                  let all = Splits(Split.All data, Split.All data, Split.All data)
                  use ordinary = Batches.Gather(data, ReadOnlySpan [| 0..23 |], torch.CPU)

                  use known =
                      Batches.Gather((hide 24 all).Train.Data, ReadOnlySpan [| 0..23 |], torch.CPU)

                  Expect.equal known.Known 24 "all known"
                  use a = make 1L
                  use b = make 1L
                  let loss, parameters = stepped true a ordinary
                  let loss', parameters' = stepped true b known
                  Expect.isTrue (close 1e-6 loss loss') "loss"
                  Expect.isTrue (allClose 1e-5 parameters parameters') "a step")
          torchTest "kernels and tensor operations agree on a batch that hides labels" (fun () ->
              for make in [ hybrid; semi ] do
                  let train = (splitsOf 64 |> hide 6).Train
                  use batch = firstOf 10 train
                  use a = make 1L
                  use b = make 1L
                  let loss, parameters = stepped true a batch
                  let loss', parameters' = stepped false b batch
                  Expect.isTrue (close 1e-5 loss loss') "loss"
                  // Adam's first step is the sign of the gradient
                  Expect.isTrue (allClose 1e-4 parameters parameters') "a step")
          torchTest "a batch without any label has no figures of labels" (fun () ->
              use model = semi 1L
              let data = (splitsOf 64 |> hide 3).Train.Data
              let hidden = data.Labels.ToArray() |> Array.findIndex ((=) Dataset.Hidden)
              use batch = Batches.Gather(data, ReadOnlySpan [| hidden |], torch.CPU)
              let figures = evaluated true model batch
              Expect.isTrue (figures.ContainsKey "elbo") "the bound over all classes"
              Expect.isFalse (figures.ContainsKey "crossEntropy" || figures.ContainsKey "accuracy") "no more"
              use cvae = conditional 1L
              Expect.isFalse ((evaluated true cvae batch).ContainsKey "elbo") "nothing of a model that is told classes")
          test "a few labels and the bound of the others tell the classes apart" {
              use model = semi 1L

              use learner =
                  learner
                      model
                      (weighted [ "reconstruction", 1.0; "kl", 1.0; "crossEntropy", 1.0 ] model)
                      (adam 0.01)
                      None
                      1L

              let splits = splitsOf 400 |> hide 6
              let listener = Listener()
              let outcome = fit (constant 12 25 None) listener learner splits 1L uncancelled
              let last = outcome.Epochs[11]
              Expect.isGreaterThan last.Validation["accuracy"] 0.8 "validation"
              Expect.isLessThan last.Train["loss"] outcome.Epochs[0].Train["loss"] "the loss of all examples"
              Expect.isEmpty learner.Unreached "all parameters learn"
          }
          test "memory is flat over epochs, of hybrids and of models that are told classes" {
              for make in [ hybrid; semi; conditional ] do
                  use model = make 1L
                  let weights = [ "reconstruction", 1.0; "kl", 1.0; "crossEntropy", 1.0 ]
                  use learner = learner model (weighted weights model) (adam 0.001) None 1L
                  let counts = ResizeArray<int64>()
                  let listener = Listener(OnEpoch = fun _ -> counts.Add torch.Tensor.TotalCount)

                  fit (constant 6 10 None) listener learner (splitsOf 64 |> hide 6) 1L uncancelled
                  |> ignore

                  Expect.equal counts[5] counts[2] "live tensors"
          } ]
