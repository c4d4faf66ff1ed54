module GenDisc.Core.Tests.Training.RateScheduleTests

open Expecto
open FsCheck.FSharp
open GenDisc.Core.Training
open GenDisc.Core.Tests.Modules.Building

let private schedules epochs warmUp : RateSchedule list =
    [ ConstantRate(epochs, warmUp)
      CosineRate(epochs, warmUp)
      StepRate(epochs, 1 + epochs / 3, 0.5, warmUp) ]

/// Epochs, warm-up within them, and the points of training at which steps of a tenth of an epoch stand.
let private law name check =
    let cases =
        gen {
            let! epochs = Gen.choose (1, 30)
            let! warmUp = Gen.choose (0, epochs)

            return
                epochs,
                warmUp,
                [ for i in 0 .. epochs * 10 - 1 do
                      (float i + 0.5) / 10.0 ]
        }

    testProperty name (Prop.forAll (Arb.fromGen cases) check)

let private values (schedule: RateSchedule) points = points |> List.map schedule.FactorAt

let tests =
    testList
        "RateSchedule"
        [ law "factors lie in [0, 1]" (fun (epochs, warmUp, points) ->
              schedules epochs warmUp
              |> List.forall (fun s -> values s points |> List.forall (fun f -> f >= 0.0 && f <= 1.0)))
          law "warm-up grows in a straight line from 0" (fun (epochs, warmUp, points) ->
              let warming = points |> List.filter (fun p -> p < float warmUp)

              schedules epochs warmUp
              |> List.forall (fun s -> values s warming = (warming |> List.map (fun p -> p / float warmUp))))
          law "after the warm-up factors never grow" (fun (epochs, warmUp, points) ->
              let after = points |> List.filter (fun p -> p >= float warmUp)

              schedules epochs warmUp
              |> List.forall (fun s -> values s after |> List.pairwise |> List.forall (fun (a, b) -> b <= a)))
          test "constant" {
              Expect.equal (values (ConstantRate 4) [ 0.0; 1.5; 3.9 ]) [ 1.0; 1.0; 1.0 ] "1 throughout"
              Expect.equal (values (ConstantRate(4, 2)) [ 0.0; 0.5; 1.0; 2.0 ]) [ 0.0; 0.25; 0.5; 1.0 ] "warm-up"
          }
          test "cosine" {
              let near = List.forall2 (close 1e-12)
              let half = sqrt 0.5
              let quarters = [ 1.0; 0.5 * (1.0 + half); 0.5; 0.5 * (1.0 - half); 0.0 ]
              Expect.isTrue (near (values (CosineRate 8) [ 0.0; 2.0; 4.0; 6.0; 8.0 ]) quarters) "half a cosine"
              Expect.isTrue (near (values (CosineRate(10, 2)) [ 2.0; 4.0; 6.0; 8.0; 10.0 ]) quarters) "after warm-up"
          }
          test "step" {
              Expect.equal
                  (values (StepRate(9, 3, 0.1)) [ 0.0; 2.9; 3.0; 5.9; 6.0 ])
                  [ 1.0; 1.0; 0.1; 0.1; 0.1 ** 2.0 ]
                  "every three epochs"
          } ]
