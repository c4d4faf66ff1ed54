module GenDisc.Dsl.Tests.PlanJsonTests

open System.Text.Json
open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Generators

let private written e =
    match Check.experiment e with
    | Ok plan -> plan, PlanJson.write plan
    | Error problems -> failtest (Explain.problems e problems)

let tests =
    testList
        "PlanJson"
        [ law "holds the rows and their sums, the same under any culture" (fun (Valid e) ->
              let plan, json = written e
              use document = JsonDocument.Parse json
              let root = document.RootElement
              let rows = root.GetProperty("rows").EnumerateArray() |> List.ofSeq

              let sum (name: string) =
                  rows |> List.sumBy (fun r -> r.GetProperty(name).GetInt64())

              List.length rows = plan.Rows.Length
              && sum "parameters" = plan.Parameters
              && root.GetProperty("parameters").GetInt64() = plan.Parameters
              && sum "flops" = root.GetProperty("flops").GetInt64()
              && root.GetProperty("loss").GetString() = Loss.show e.Loss
              && Scripts.under "de-DE" (fun () -> snd (written e)) = json)

          test "a diffusion model stands in it as it was declared, and briefly in its row" {
              let declared = unet 8 |> conditional |> sampledWith (dpmSolver 10) |> guided 2.0

              let _, json =
                  written
                      { ExperimentTests.hybrid with
                          Model = model (diffusion declared)
                          Loss = denoising }

              use document = JsonDocument.Parse json
              let root = document.RootElement
              Expect.equal (root.GetProperty("diffusion").GetString()) (string declared) "all of it"

              Expect.equal ((root.GetProperty("rows")[0]).GetProperty("block").GetString()) "diffusion (unet 8)" "brief"
          }

          test "terms, likelihood and data" {
              let _, json =
                  written
                      { ExperimentTests.hybrid with
                          Loss = ramp 10 * (0.5 * kl) + 0.1 * reconstruction + crossEntropy }

              use document = JsonDocument.Parse json
              let root = document.RootElement

              let terms =
                  [ for t in root.GetProperty("terms").EnumerateArray() do
                        string (t.GetProperty "name"),
                        t.GetProperty("weight").GetRawText(),
                        string (t.GetProperty "schedule") ]

              Expect.equal
                  terms
                  [ "kl", "null", "0.5 * ramp 10"
                    "reconstruction", "0.1", ""
                    "crossEntropy", "1", "" ]
                  "terms"

              let text (name: string) = string (root.GetProperty name)
              Expect.equal (text "likelihood", text "latent", text "classes") ("bernoulli", "32", "10") "model and data"
              Expect.equal (text "training") "adam 0.001 |> epochs 5 |> batch 128" "training"

              Expect.equal
                  [ for d in root.GetProperty("shape").EnumerateArray() do
                        d.GetInt32() ]
                  [ 1; 28; 28 ]
                  "shape"
          }

          test "without a bottleneck likelihood and latent are null" {
              let _, json =
                  written
                      { ExperimentTests.hybrid with
                          Model = model (classifier [])
                          Loss = crossEntropy }

              Expect.stringContains json "\"likelihood\": null" "likelihood"
              Expect.stringContains json "\"latent\": null" "latent"
          } ]
