/// Experiments that stand inside others.
module GenDisc.Dsl.Tests.Running.PretrainedRunTests

open System.IO
open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Running.Files
open GenDisc.Dsl.Tests.Running.Scene

/// What the events tell: names planned, and each finished run with whether it was reused.
let private history (scene: Scene) =
    [ for event in scene.Events do
          match event with
          | RunEvent.Planned(plan, _, _) -> $"plan {plan.Experiment.Name}"
          | RunEvent.Finished result -> (if result.Reused then "reused " else "trained ") + result.Name
          | _ -> () ]

/// The inner model's values in the outer file by their inner name, with both values.
let private shared (inner: RunResult) (outer: RunResult) =
    let within = tensors (bytes outer "model.safetensors")

    [ for KeyValue(name, value) in tensors (bytes inner "model.safetensors") do
          match within |> Map.toList |> List.filter (fun (key, _) -> key.EndsWith("." + name)) with
          | [ _, copied ] -> name, value, copied
          | found -> failtest $"{name} is in the outer file {found.Length} times" ]

let tests =
    testList
        "Run of encoders"
        [ test "what stands inside is trained first, and only once" {
              use scene = new Scene()
              let outer = over (encoder inner >> dense 8 >> relu >> classifier [])
              let first = scene.Run outer

              Expect.equal (history scene) [ "plan inner"; "trained inner"; "plan outer"; "trained outer" ] "first"
              Expect.isTrue (File.Exists(Path.Combine(scene.Runs, Experiment.id inner, "report.html"))) "its own folder"
              readable first |> ignore

              use second = new Scene()
              let wider = over (encoder inner >> dense 9 >> relu >> classifier [])

              Host.using
                  { second.Options with
                      Runs = scene.Runs }
                  (fun () -> run wider)
              |> ignore

              Expect.equal (history second) [ "plan inner"; "reused inner"; "plan outer"; "trained outer" ] "another"

              use third = new Scene()

              let again =
                  Host.using { third.Options with Runs = scene.Runs } (fun () -> run outer)

              Expect.isTrue again.Reused "the outer run is finished"
              Expect.equal (history third) [ "plan outer"; "reused outer" ] "nothing else is asked"

              let batches =
                  third.Events
                  |> List.filter (function
                      | RunEvent.Batch _ -> true
                      | _ -> false)

              Expect.isEmpty batches "nor trained"
          }

          test "a frozen encoder stays as it was, bit for bit" {
              use scene = new Scene()
              let outer = scene.Run(over (encoder inner >> classifier [ 8 ]))
              let before = scene.Run inner

              for name, value, copied in shared before outer do
                  Expect.equal copied value name
          }

          test "a finetuned encoder learns on; its decoder does not" {
              use scene = new Scene()
              let outer = scene.Run(over (finetuned inner >> classifier [ 8 ]))
              let before = scene.Run inner

              let changed, kept =
                  shared before outer
                  |> List.partition (fun (_, value, copied) -> value <> copied)
                  |> fun (a, b) -> [ for name, _, _ in a -> name ], [ for name, _, _ in b -> name ]

              Expect.isNonEmpty changed "learnt"
              Expect.isNonEmpty kept "left"

              Expect.all
                  kept
                  (fun name -> name.Contains "decoder" || name.Contains "likelihood")
                  "only the decoder is left"

              Expect.all
                  changed
                  (fun name -> not (name.Contains "decoder" || name.Contains "likelihood"))
                  "the decoder is left"
          }

          test "the features of a vae's encoder are the means of q(z|x)" {
              use scene = new Scene()

              let generative =
                  { toy with
                      Name = "generative"
                      Model = model (dense 8 >> relu >> vae 2 >> classifier [])
                      Training = toy.Training |> epochs 1 }

              let outer = scene.Run(over (encoder generative >> classifier []))
              let before = scene.Run generative
              Expect.equal (bytes outer "figures/features.json") (bytes before "figures/features.json") "features"
          }

          test "encoders inside encoders" {
              use scene = new Scene()

              let middle =
                  { over (encoder inner >> dense 4 >> relu >> autoencoder 2) with
                      Name = "middle"
                      Loss = reconstruction }

              let outer = over (finetuned middle >> classifier [])
              let first = scene.Run outer

              Expect.equal
                  (history scene)
                  [ "plan inner"
                    "trained inner"
                    "plan middle"
                    "trained middle"
                    "plan outer"
                    "trained outer" ]
                  "innermost first"

              let kept = bytes first "model.safetensors"
              Directory.Delete(Path.Combine(scene.Runs, Experiment.id inner), true)
              Directory.Delete(Path.Combine(scene.Runs, Experiment.id outer), true)
              let again = scene.Run outer
              Expect.equal (bytes again "model.safetensors") kept "the middle file holds the innermost values"
          }

          test "a recurrent encoder reads sequences of unequal lengths" {
              use scene = new Scene()
              waves scene "Waves" 0.0

              let states =
                  { over (bidirectional (gru 3) >> classifier []) with
                      Name = "states"
                      Data = timeSeries "Waves" }

              let outer =
                  scene.Run
                      { over (encoder states >> classifier []) with
                          Data = timeSeries "Waves" }

              Expect.isTrue (System.Double.IsFinite outer.Test.CrossEntropy) "figures"

              for name, value, copied in shared (scene.Run states) outer do
                  Expect.equal copied value name
          }

          test "checking an experiment checks those inside and trains none" {
              use scene = new Scene()

              Host.using { scene.Options with CheckOnly = true } (fun () -> run (over (encoder inner >> classifier [])))
              |> ignore

              Expect.equal (history scene) [ "plan inner"; "plan outer" ] "planned"
              Expect.isEmpty (Directory.GetFileSystemEntries scene.Runs) "nothing written"
          }

          test "seed and epochs of the host hold inside too" {
              use scene = new Scene()
              let outer = over (encoder inner >> classifier [])

              let result =
                  Host.using
                      { scene.Options with
                          Seed = Some 7
                          Epochs = Some 2 }
                      (fun () -> run outer)

              let with' (e: Experiment) =
                  { e with
                      Seed = 7
                      Training = e.Training |> epochs 2 }

              let asked = with' (over (encoder (with' inner) >> classifier []))
              Expect.equal result.Id (Experiment.id asked) "as if declared so"
          }

          test "training afresh goes inside" {
              use scene = new Scene()
              let outer = over (encoder inner >> classifier [])
              let first = scene.Run outer
              let kept = bytes first "model.safetensors"
              let again = scene.RunFresh outer
              Expect.equal (bytes again "model.safetensors") kept "the same bits"

              Expect.equal
                  (history scene |> List.filter (fun line -> line = "trained inner"))
                  [ "trained inner"; "trained inner" ]
                  "both times"
          }

          test "training afresh trains what stands inside once a script" {
              use scene = new Scene()
              scene.Run inner |> ignore

              Host.using { scene.Options with Fresh = true } (fun () ->
                  for width in [ 4; 5 ] do
                      run (over (encoder inner >> dense width >> classifier [])) |> ignore

                  run inner |> ignore)

              Expect.equal
                  (history scene
                   |> List.filter _.EndsWith("inner")
                   |> List.filter (fun line -> not (line.StartsWith "plan")))
                  [ "trained inner"; "trained inner"; "reused inner"; "reused inner" ]
                  "before, and once afresh"
          } ]
    |> testSequenced
