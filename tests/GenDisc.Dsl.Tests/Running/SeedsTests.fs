/// One experiment with several seeds.
module GenDisc.Dsl.Tests.Running.SeedsTests

open System
open Expecto
open GenDisc
open GenDisc.Running
open GenDisc.Dsl.Tests.Running.Scene

let private quick =
    { toy with
        Model = model (dense 4 >> relu >> classifier [])
        Loss = crossEntropy
        Training = toy.Training |> epochs 1 }

let private over seeds (options: HostOptions) =
    Host.using options (fun () -> runSeeds seeds quick)

let private notes (scene: Scene) =
    [ for event in scene.Events do
          match event with
          | RunEvent.Note text -> text
          | _ -> () ]

let private planned (scene: Scene) =
    [ for event in scene.Events do
          match event with
          | RunEvent.Planned(plan, _, _) -> plan.Experiment.Seed
          | _ -> () ]

let private close expected actual what =
    Expect.floatClose Accuracy.high actual expected what

/// A run that never was, of these test figures.
let private told (figures: (string * float) list) : RunResult =
    let none: Metrics = { Values = Map.empty }

    { Id = "x"
      Name = "x"
      Folder = ""
      Status = Status.Done
      Train = none
      Validation = none
      Test = { Values = Map.ofList figures }
      Seconds = nan
      ExamplesPerSecond = nan
      Reused = false }

let private refused seeds =
    use scene = new Scene()

    try
        over seeds scene.Options |> ignore
        failtest "seeds that cannot be"
    with :? InvalidExperiment as e ->
        Expect.isEmpty scene.Events "nothing began"
        e.Message.Split '\n' |> List.ofArray

let tests =
    testList
        "Run of seeds"
        [ test "each seed is a run of its own, as run makes it; what is finished is reused" {
              use scene = new Scene()
              let second = scene.Run { quick with Seed = 2 }
              let result = over [ 3; 2 ] scene.Options

              Expect.equal
                  (result.Runs |> List.map _.Id)
                  [ for seed in [ 3; 2 ] -> Experiment.id { quick with Seed = seed } ]
                  "runs, in the order asked for"

              Expect.equal (result.Runs |> List.map _.Reused) [ false; true ] "reused"
              Expect.equal (figures result.Runs[1]) (figures second) "the same figures"
              let again = over [ 2; 3 ] scene.Options
              Expect.equal (again.Runs |> List.map _.Reused) [ true; true ] "both"
              let accuracies = result.Runs |> List.map _.Test.Accuracy
              close (List.average accuracies) result["accuracy"].Mean "mean"
              Expect.equal again["accuracy"].Count 2 "count"
          }

          test "mean, deviation and interval" {
              // deviation √(((−1)² + 0 + 1²)/2) = 1; t with 2 degrees of freedom at 97.5 % is 4.302652729911275
              let figure =
                  (SeedsTable.figures [ told [ "mse", 1.0 ]; told [ "mse", 2.0 ]; told [ "mse", 3.0 ] ])["mse"]

              let half = 4.302652729911275 / sqrt 3.0
              Expect.equal (figure.Mean, figure.Deviation, figure.Count) (2.0, 1.0, 3) "mean, deviation"
              close (2.0 - half) figure.Low "low"
              close (2.0 + half) figure.High "high"
          }

          test "a figure that one run has not is one of the others" {
              let figures =
                  SeedsTable.figures [ told [ "mse", 1.0; "r2", 0.5 ]; told [ "mse", 2.0 ] ]

              Expect.equal (figures["mse"].Count, figures["r2"].Count) (2, 1) "counts"
          }

          test "the table" {
              let figures =
                  SeedsTable.figures
                      [ told [ "accuracy", 0.9; "logLoss", 0.3; "crossEntropy", 0.3 ]
                        told [ "accuracy", 0.8; "logLoss", 0.5; "crossEntropy", 0.5 ] ]

              // t with 1 degree of freedom at 97.5 % is 12.7062: 0.85 ± 12.7062 · 0.05 and 0.4 ± 12.7062 · 0.1
              Expect.equal
                  (SeedsTable.lines "toy" [ 7; 1 ] figures)
                  [ "toy, test figures over 2 seeds: 7, 1"
                    "                 mean  deviation        95 % interval"
                    "accuracy      85.00 %     7.07 %  21.47 % to 148.53 %"
                    "crossEntropy   0.4000     0.1414     -0.8706 to 1.671" ]
                  "lines"
          }

          test "the table is told after the last run" {
              use scene = new Scene()
              let result = over [ 1; 2 ] scene.Options
              let expected = SeedsTable.lines "toy" [ 1; 2 ] result.Test
              Expect.equal (notes scene) expected "notes"
              Expect.isGreaterThan expected.Length 3 "figures"

              match List.item (scene.Events.Length - expected.Length - 1) scene.Events with
              | RunEvent.Finished last -> Expect.equal last.Id result.Runs[1].Id "before it the last run"
              | other -> failtest $"{other}"
          }

          test "one seed has no interval" {
              use scene = new Scene()
              let result = over [ 5 ] scene.Options
              let figure = result["accuracy"]
              Expect.equal (figure.Count, figure.Mean) (1, result.Runs.Head.Test.Accuracy) "its figure"
              Expect.all [ figure.Deviation; figure.Low; figure.High ] Double.IsNaN "nothing else"
              let lines = notes scene
              Expect.stringContains lines.Head "seed 5 alone: no deviation and no interval" "said"
              Expect.all lines (fun line -> not (line.Contains "NaN" || line.Contains " to ")) "no interval"
          }

          test "a figure that there is none of" {
              let figure = { Runs = []; Test = Map.empty }["accuracy"]
              Expect.equal figure.Count 0 "count"
              Expect.isTrue (Double.IsNaN figure.Mean) "mean"
          }

          test "no seed, or one twice, is refused with a hint" {
              Expect.equal
                  (refused [])
                  [ "runSeeds expects at least one seed"; "hint: write runSeeds [ 1; 2; 3 ]" ]
                  "none"

              Expect.equal
                  (refused [ 1; 2; 1 ])
                  [ "runSeeds expects each seed once, but got 1 again"
                    "hint: a seed gives the same run each time; write another" ]
                  "twice"
          }

          test "a check checks once" {
              use scene = new Scene()
              let result = over [ 4; 5; 6 ] { scene.Options with CheckOnly = true }
              Expect.equal (planned scene) [ 4 ] "the first"
              Expect.isEmpty (notes scene) "no table"
              Expect.isEmpty result.Test "no figures"
          }

          test "the host's seed is not used, which is said" {
              use scene = new Scene()
              over [ 1; 2 ] { scene.Options with Seed = Some 9 } |> ignore
              Expect.equal (planned scene) [ 1; 2 ] "seeds"
              Expect.equal (notes scene).Head "runSeeds has seeds of its own; seed 9 is not used" "said"
          }

          test "a generator behind augment moves with the seed; all seeds are checked before the first is trained" {
              use scene = new Scene()
              let few = moons |> take 100

              let generator =
                  { quick with
                      Name = "generator"
                      Data = few
                      Model = model (dense 4 >> relu >> cvae 2)
                      Loss = elbo }

              let augmented =
                  { quick with
                      Data = few |> augment generator 10 }

              Host.using scene.Options (fun () -> runSeeds [ 2; 3 ] augmented) |> ignore
              Expect.equal (planned scene) [ 2; 2; 3; 3 ] "generator and experiment"

              let taught =
                  { quick with
                      Name = "taught"
                      Data = few }

              let built =
                  { quick with
                      Data = few
                      Model = model (encoder taught >> classifier []) }

              use another = new Scene()

              Expect.throwsT<InvalidExperiment>
                  (fun () -> Host.using another.Options (fun () -> runSeeds [ 1; 2 ] built) |> ignore)
                  "the second seed"

              Expect.isEmpty another.Events "nothing began"
          }

          test "an experiment that is not valid is explained" {
              use scene = new Scene()

              Expect.throwsT<InvalidExperiment>
                  (fun () ->
                      Host.using scene.Options (fun () -> runSeeds [ 1 ] { quick with Name = "a/b" })
                      |> ignore)
                  "explained"
          } ]
    |> testSequenced
