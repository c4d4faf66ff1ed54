/// Whether generated examples and what is said of them may be trusted: leaks, preparations, and models that are not trained
/// from scratch.
module GenDisc.Dsl.Tests.Running.AugmentedTrustTests

open System
open System.IO
open Expecto
open TorchSharp
open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Runtime
open GenDisc.Running
open GenDisc.Dsl.Tests.Running.Files
open GenDisc.Dsl.Tests.Running.Scene
open GenDisc.Dsl.Tests.Running.AugmentedRunTests

let tests =
    testList
        "Trust in generated examples"
        [ test "behind preparations distances are between examples as the generator saw them" {
              use scene = scenery ()

              let denoiser =
                  { plain with
                      Name = "denoiser"
                      Data = folder |> noisy 0.5
                      Model = model (dense 8 >> relu >> autoencoder 4)
                      Loss = reconstruction }

              let clean = some |> noisy 0.5 |> reconstructed denoiser

              let told =
                  { joint with
                      Data = clean
                      Name = "told" }

              let outer =
                  { plain with
                      Name = "outer"
                      Data = clean |> augment told 10 }

              let result = scene.Run outer
              Expect.isTrue (result.Test["memorisedShare"] >= 0.0) "looked at"
              let loader = Loader scene.Options
              let plan = Runner.planned scene.Options loader outer

              let trained =
                  Pretrained.find loader (fun inner -> Path.Combine(scene.Runs, Experiment.id inner)) torch.CPU plan

              let streams = Streams 1L
              let cut = loader.Prepare outer.Data streams

              use preparer =
                  new Preparer(plan, cut.Splits.Train, trained, torch.CPU, Threading.CancellationToken.None)

              let prepared, _ = Preparing.all preparer outer.Data cut

              let after =
                  (Augmented.add
                      loader
                      preparer
                      trained
                      torch.CPU
                      plan
                      streams
                      prepared.Splits
                      (fun _ _ -> ())
                      Threading.CancellationToken.None)
                      .Value

              Expect.equal (values after.Grey.Validation) (values prepared.Splits.Validation) "validation"
              Expect.equal (values after.Sources.Head.Training) (values prepared.Splits.Train) "what it learnt from"
              Expect.notEqual (values after.Grey.Validation) (values cut.Splits.Validation) "not as they were"
          }

          test "ensembles and models with a pretrained part learn nothing from generated examples alone" {
              use scene = scenery ()

              let over name c =
                  { augmented with
                      Name = name
                      Model = model c }

              let frozen =
                  { plain with
                      Name = "features"
                      Model = model (dense 8 >> relu >> autoencoder 3)
                      Loss = reconstruction }

              for e, why in
                  [ over "built" (encoder frozen >> classifier []), "pretrained"
                    over "together" (ensemble [ plain ]), "ensemble" ] do
                  let result = scene.Run e
                  Expect.isFalse (result.Test.Values.ContainsKey "tstrAccuracy") why
                  let file = json result "figures/augmentation.json"
                  Expect.equal ((file.GetProperty "tstrLeftOut").GetString()) why "said in the file"

                  Expect.stringContains
                      (File.ReadAllText(Path.Combine(result.Folder, "report.html")))
                      "test on real is left out"
                      "said in the report"
          }

          test "what stands on copies of the test examples under another name is refused" {
              use scene = scenery ()
              pictures scene "copies" 40

              let copied =
                  { plain with
                      Name = "copied"
                      Data = imageFolder "copies" |> holdOut 0.1
                      Model = model (dense 8 >> relu >> autoencoder 3)
                      Loss = reconstruction }

              let outer =
                  { plain with
                      Name = "outer"
                      Data = folder
                      Model = model (encoder copied >> classifier []) }

              let e = failure (fun () -> scene.Run outer)
              Expect.stringStarts e.Message "outer: copied, which it is built on, has learnt from " "message"
              Expect.stringContains e.Message "test examples, which outer itself does not learn from" "which"
          }

          test "a planted leak is refused before training, with counts and names" {
              use scene = scenery ()
              scene.Run joint |> ignore
              let before, _ = splits scene augmented
              let own = before.Train
              let shared = Leaks.ofGenerator "augmented" before "joint" own
              Expect.equal (shared |> List.map (fun s -> s.Known - s.Own)) [ 0; 0 ] "its own part is no leak"

              let noise count =
                  let random = RandomStream(1L, "planted")
                  Array.init (64 * count) (fun _ -> float32 (random.NextDouble()))

              // examples that the folder does not have, so that only planted ones are shared
              let test = before.Test.Data.With(ReadOnlySpan(noise 3), ReadOnlySpan [| 0; 0; 0 |])
              let planted = Split(test, ReadOnlyMemory [| test.Count - 3; test.Count - 1 |])
              let judged = Splits(own, before.Validation, Split.All test)

              let e =
                  Expect.throwsC (fun () -> Leaks.ofGenerator "augmented" judged "joint" planted |> ignore) id

              Expect.isTrue (e :? UserError) "a user's mistake"

              Expect.stringStarts
                  e.Message
                  $"augmented: its generator joint has learnt from 2 of the {Show.grouped (int64 test.Count)} test examples, which augmented itself does not learn from."
                  "message"

              let learnt = Splits(planted, before.Validation, Split.All test)
              let known = Leaks.ofGenerator "augmented" learnt "joint" planted
              Expect.equal (known |> List.map (fun s -> s.Known, s.Own)) [ 0, 0; 2, 2 ] "shared with its own training"
          }

          test "a leak by declaration trains nothing" {
              use scene = scenery ()

              let knowing =
                  { plain with
                      Data =
                          some
                          |> augment
                              { joint with
                                  Data = some |> validation 0.3 }
                              31 }

              let e = failure (fun () -> scene.Run knowing)
              Expect.isTrue (e :? InvalidExperiment) "a wrong declaration"
              Expect.stringContains e.Message "joint may have been trained on validation examples" "message"

              Expect.equal
                  (Directory.GetDirectories scene.Runs |> Array.map Path.GetFileName)
                  [| "data" |]
                  "nothing written"
          } ]
    |> testSequenced
