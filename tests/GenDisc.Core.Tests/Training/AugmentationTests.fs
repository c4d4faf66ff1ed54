/// Images are changed while they are trained on, and at no other time.
module GenDisc.Core.Tests.Training.AugmentationTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Modules
open GenDisc.Core.Runtime
open GenDisc.Core.Training
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Samples
open GenDisc.Core.Tests.Training.Fitting

/// Figures of every epoch, losses of every batch and the final weights.
let private train (augmenter: Augmenter | null) =
    use model = hybrid 1L
    use learner = learner model (weighted hybridWeights model) (adam 0.01) None 1L
    let listener = Listener()
    let options = TrainerOptions(2, 16, ConstantRate 2, Augmenter = augmenter)
    let outcome = fit options listener learner (splitsOf 160) 1L uncancelled

    let figures =
        [ for epoch in outcome.Epochs do
              List.ofSeq epoch.Train @ List.ofSeq epoch.Validation ]

    figures, List.ofSeq listener.Batches, bits model

/// Learns nothing; keeps every example it is shown.
type private Watching() =
    let net = new Affine(1, 1, init 1L)

    let examples (batch: Batch) =
        batch.X.data<float32>().ToArray()
        |> Array.chunkBySize (int (batch.X.numel ()) / batch.Count)
        |> List.ofArray

    member val Trained = ResizeArray<float32 array list>()
    member val Evaluated = ResizeArray<float32 array list>()

    interface ILearner with
        member _.SmallestBatch = 1
        member _.Module = net
        member _.Unreached = [||]
        member _.Rate = 1.0
        member _.WeightsAt _ = Collections.Generic.Dictionary()

        member this.Step(batch, _, _) =
            this.Trained.Add(examples batch)
            1.0

        member this.Evaluate(batch, _, tally, _) =
            this.Evaluated.Add(examples batch)
            tally.Add("loss", 1.0, 1L)

        member _.Dispose() = net.Dispose()

/// 16 images [1, 4, 4] of which no two pixels are alike: 10 to train on, 2 to validate and 4 to test with.
let private images =
    let values = Array.init (16 * 16) float32

    let data =
        Dataset.OfValues("images", [ 1; 4; 4 ], memory values, memory (Array.zeroCreate 16), [ "all" ])

    Splits(Split(data, rowsOf 0 9), Split(data, rowsOf 10 11), Split(data, rowsOf 12 15))

/// Two epochs in batches of 5, then a look at the test part.
let private watched (augmenter: Augmenter | null) =
    use learner = new Watching()
    let options = TrainerOptions(2, 5, ConstantRate 2, Augmenter = augmenter)
    fit options (Listener()) learner images 1L uncancelled |> ignore
    let noise = Streams(1L).Evaluation("test", torch.CPU)
    Trainer.Evaluate(learner, images.Test, noise, torch.CPU) |> ignore
    List.ofSeq learner.Trained, List.ofSeq learner.Evaluated

let tests =
    testList
        "augmented training"
        [ torchTest "an augmenter without steps changes no bit" (fun () ->
              Expect.equal (train (Augmenter [])) (train null) "equal")
          torchTest "training images are changed, anew each epoch, and no others" (fun () ->
              let plain, seen = watched null
              let changed, seenToo = watched (Augmenter [ Flip(); Shift 2 ])
              Expect.equal seenToo seen "validation and test"

              let row i =
                  Array.init 16 (fun k -> float32 (16 * i + k))

              Expect.equal (List.concat seen) ([ 10; 11; 10; 11; 12; 13; 14; 15 ] |> List.map row) "as they are"
              let shuffled = RandomStream(1L, "shuffle")
              let augmentation = RandomStream(1L, "augmentation")

              let byHand =
                  [ for _ in 1..2 do
                        let batches =
                            Batches.Shuffled(
                                images.Train,
                                5,
                                shuffled,
                                torch.CPU,
                                Augmenter [ Flip(); Shift 2 ],
                                augmentation
                            )

                        for batch in batches do
                            use batch = batch
                            batch.X.data<float32>().ToArray() |> Array.chunkBySize 16 |> List.ofArray ]

              Expect.equal changed byHand "by the stream of that name, from one epoch to the next"
              Expect.notEqual changed plain "changed"

              let epochs = changed |> List.concat |> List.chunkBySize 10 |> List.map List.sort
              Expect.notEqual epochs[0] epochs[1] "epochs differ")
          torchTest "an augmenter that fits no image is told before the first step" (fun () ->
              use learner = new Watching()
              let options = TrainerOptions(2, 5, ConstantRate 2, Augmenter = Augmenter [ Flip() ])

              userError [ "augmentation" ] (fun () -> fit options (Listener()) learner (splitsOf 16) 1L uncancelled)
              |> ignore

              Expect.isEmpty learner.Trained "no step") ]
