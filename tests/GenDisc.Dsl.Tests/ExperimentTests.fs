/// Printing as source, identity, composition.
module GenDisc.Dsl.Tests.ExperimentTests

open Expecto
open FsCheck.FSharp
open GenDisc
open GenDisc.Dsl.Tests.Anything
open GenDisc.Dsl.Tests.Generators

let hybrid =
    { Name = "hybrid-mnist"
      Data = mnist
      Model = model (vae 32 >> classifier [ 128 ])
      Loss = 0.1 * elbo + crossEntropy
      Training = adam 1e-3 |> epochs 5 |> batch 128
      Seed = 1 }

/// dsl.md's main script, but for the `#load` of the preamble and `run`.
let private script =
    """open GenDisc

let hybrid =
    { Name = "hybrid-mnist"
      Data = mnist
      Model = model (vae 32 >> classifier [128])
      Loss = 0.1 * elbo + crossEntropy
      Training = adam 1e-3 |> epochs 5 |> batch 128
      Seed = 1 }
"""

/// NaN equals itself here: what counts is that the same value comes back.
let private same (a: 't) (b: 't) = (box a).Equals b

let private samples generator count =
    Gen.sample count generator |> List.ofArray

let private roundTrip kind typeName generator show =
    testSequenced
    <| testList
        $"a printed {kind} evaluates back to itself"
        [ for culture in [ "de-DE"; "tr-TR"; "" ] do
              test $"under culture '{culture}'" {
                  Scripts.under culture (fun () ->
                      let values = samples generator 60
                      let again = Scripts.evaluate typeName (values |> List.map show)

                      for value, back in List.zip values again do
                          Expect.isTrue (same value back) $"{show value}\ncame back as\n{show back}")
              } ]

let tests =
    testList
        "Experiment"
        [ test "prints in the layout of the language" {
              Expect.equal
                  (Experiment.show hybrid)
                  """{ Name = "hybrid-mnist"
  Data = mnist
  Model = model (vae 32 >> classifier [128])
  Loss = 0.1 * elbo + crossEntropy
  Training = adam 0.001 |> epochs 5 |> batch 128
  Seed = 1 }"""
                  "layout"
          }

          test "the main script compiles as written and means the same" {
              Expect.equal (Scripts.check script) [] "no error"
              let body = script.Substring(script.IndexOf '{').TrimEnd()

              Expect.equal
                  (Scripts.evaluate<Experiment> "Experiment" [ body.Replace("\n      ", "\n  ") ])
                  [ hybrid ]
                  "same value"
          }

          test "a forgotten field is a compile error" {
              let without = script.Replace("      Seed = 1 }", "    }")
              Expect.isNonEmpty (Scripts.check without) "the compiler complains"
          }

          roundTrip "experiment of any kind" "Experiment" anyExperiment Experiment.show
          roundTrip "valid experiment" "Experiment" experiment Experiment.show
          roundTrip "model" "Model" anyModel Model.show
          roundTrip "loss" "Loss" anyLoss Loss.show
          roundTrip "data declaration" "Data" anyData Data.show
          roundTrip "training" "Training" anyTraining Training.show

          law "printing does not depend on the culture" (fun (Anything e) ->
              let printed culture =
                  Scripts.under culture (fun () -> Experiment.show e, Experiment.id e)

              printed "de-DE" = printed ""
              && printed "tr-TR" = printed ""
              && printed "fa-IR" = printed "")

          law "different experiments print differently" (fun (Anything a) (Anything b) ->
              (Experiment.show a = Experiment.show b) = same a b)

          law "composition is associative" (fun (Anything a) (Anything b) (Anything c) ->
              let part (e: Experiment) : Component =
                  fun m -> { Blocks = m.Blocks @ e.Model.Blocks }

              let f, g, h = part a, part b, part c
              same (model ((f >> g) >> h)) (model (f >> (g >> h))))

          law "the id is safe as a folder name, whatever the name" (fun (Anything e) ->
              let id = Experiment.id e

              id.Length <= 73
              && id[0] <> '.'
              && id
                 |> String.forall (fun c -> System.Char.IsAsciiLetterOrDigit c || "._-".Contains c))

          test "the id is the name and the first 8 digits of the source's SHA-256" {
              let hash =
                  System.Security.Cryptography.SHA256.HashData(
                      System.Text.Encoding.UTF8.GetBytes(Experiment.show hybrid)
                  )

              Expect.equal
                  (Experiment.id hybrid)
                  ("hybrid-mnist-" + System.Convert.ToHexString(hash).ToLowerInvariant()[..7])
                  "id"

              Expect.notEqual
                  (Experiment.id { hybrid with Seed = 2 })
                  (Experiment.id hybrid)
                  "another seed, another run"
          }

          test "momentum after another optimiser than sgd is refused with a reason" {
              let error =
                  Expect.throwsC (fun () -> adam 1e-3 |> momentum 0.9 |> ignore) (fun e -> e.Message)

              Expect.stringContains error "momentum belongs to sgd" "message"
          } ]
