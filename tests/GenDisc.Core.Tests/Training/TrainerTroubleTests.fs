/// What the trainer tells when training goes wrong.
module GenDisc.Core.Tests.Training.TrainerTroubleTests

open System
open Expecto
open GenDisc.Core.Modules
open GenDisc.Core.Training
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Samples
open GenDisc.Core.Tests.Training.Fitting
open GenDisc.Core.Tests.Training.Scripted

/// Has two things to tell of each epoch's first step, and gives up in the second step of the second epoch.
type private Telling() =
    let net = new Affine(1, 1, init 1L)
    let mutable notices: string array = [||]

    interface ILearner with
        member _.SmallestBatch = 1
        member _.Module = net
        member _.Unreached = [||]
        member _.Rate = 1.0
        member _.WeightsAt _ = Collections.Generic.Dictionary()

        member _.Step(_, settings, tally) =
            if settings.Epoch = 2 && settings.Step = 2 then
                notices <- [| "gave up" |]
                raise (DivergedException("energy", nan, 2, 2, 1.0))

            if settings.Step = 1 then
                notices <- [| $"a {settings.Epoch} 1"; $"b {settings.Epoch} 1" |]

            tally.Add("loss", 1.0, 1L)
            1.0

        member _.TakeNotices() =
            let taken = notices
            notices <- [||]
            taken

        member _.Evaluate(_, _, tally, _) = tally.Add("loss", 1.0, 1L)
        member _.Dispose() = net.Dispose()

let private diverged f =
    Expect.throwsC f id :?> DivergedException

let tests =
    testList
        "Trainer's trouble"
        [ torchTest "a rate beyond reason is told with term, epoch and step" (fun () ->
              use model = hybrid 1L
              use learner = learner model (weighted hybridWeights model) (adam 1e30) None 1L

              let e =
                  diverged (fun () ->
                      fit (constant 3 10 None) (Listener()) learner (splitsOf 80) 1L uncancelled
                      |> ignore)

              Expect.equal (e.Epoch, e.Step) (1, 2) "the step after the first update"
              Expect.contains [ "reconstruction"; "kl"; "crossEntropy" ] e.Term "a term")
          torchTest "a last step that spoils the weights is told, with and without validation" (fun () ->
              for splits in [ splitsOf 80; unvalidated 80 ] do
                  use model = hybrid 1L
                  let options = OptimiserOptions(OptimiserKind.Sgd, 3e38)

                  use learner =
                      learner model (weighted [ "reconstruction", 100.0 ] model) options None 1L

                  let listener = Listener()

                  let e =
                      diverged (fun () -> fit (constant 1 50 None) listener learner splits 1L uncancelled |> ignore)

                  Expect.stringStarts e.Term "0_trunk" "the parameter"
                  Expect.isEmpty listener.Epochs "the epoch does not stand")
          torchTest "a validation loss that is not finite is told" (fun () ->
              for value in [ nan; infinity ] do
                  use learner = new Scripted([ 1.0; value ], 1)
                  let listener = Listener()

                  let e =
                      diverged (fun () ->
                          fit (constant 3 5 (Some 5)) listener learner (splitsOf 16) 1L uncancelled
                          |> ignore)

                  Expect.equal (e.Term, e.Epoch, e.Step) ("validation loss", 2, 2) "where"
                  Expect.equal listener.Epochs.Count 1 "the epoch before stands")
          torchTest "a learner's notices are told after their step, also when it gives up" (fun () ->
              use learner = new Telling()
              let listener = Listener()
              let told = ResizeArray()
              listener.OnBatch <- fun epoch batch -> told.Add(epoch, batch, listener.Warnings.Count)

              diverged (fun () -> fit (constant 3 5 None) listener learner (splitsOf 16) 1L uncancelled |> ignore)
              |> ignore

              Expect.equal (List.ofSeq told) [ 1, 1, 2; 1, 2, 2; 2, 1, 4 ] "two in each epoch's first step"
              Expect.equal (List.ofSeq listener.Warnings) [ "a 1 1"; "b 1 1"; "a 2 1"; "b 2 1"; "gave up" ] "in order")
          torchTest "parameters that no gradient reaches are warned of once" (fun () ->
              use model = hybrid 1L

              use learner =
                  learner model (weighted [ "crossEntropy", 1.0 ] model) (adam 0.01) None 1L

              let listener = Listener()
              fit (constant 3 10 None) listener learner (splitsOf 40) 1L uncancelled |> ignore
              Expect.hasLength listener.Warnings 1 "once"
              Expect.stringContains listener.Warnings[0] "1_bottleneck.decoder.0.weight" "named"
              Expect.isFalse (listener.Warnings[0].Contains "posterior") "the posterior is reached through the draw") ]
