/// Real experiments through the real program, as a user starts them.
module GenDisc.Cli.Tests.EndToEndTests

open System.IO
open System.Text.Json
open Expecto
open GenDisc.Cli.Tests.Support

let private script (preamble: string) =
    $"""#load @"{preamble}"
open GenDisc

let result =
    run
        {{ Name = "small"
          Data = moons |> take 300
          Model = model (dense 16 >> relu >> vae 2 >> dropout 0.1 >> classifier [8])
          Loss = ramp 2 * elbo + 5.0 * crossEntropy
          Training = adam 3e-3 |> epochs 2 |> batch 64
          Seed = 1 }}

printfn "accuracy %%b" (result.Test.Accuracy >= 0.4)
"""

let private preamble = lazy Path.Combine(repository, "gendisc.fsx")

/// What the preamble loads; built with the solution in Release.
let private libraries =
    lazy Path.Combine(repository, "GenDisc.Cli", "bin", "Release", "net10.0", "GenDisc.Dsl.dll")

let private folderOf (runs: string) =
    Directory.GetDirectories runs |> Array.exactlyOne

let private metrics folder =
    use json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "result.json")))
    json.RootElement.GetProperty("metrics").GetRawText()

let private weights folder =
    File.ReadAllBytes(Path.Combine(folder, "model.safetensors"))

let tests =
    testList
        "End to end"
        [ test "gendisc run and dotnet fsi give the same figures and weights, bit for bit" {
              if not (File.Exists libraries.Value) then
                  skiptest "the Release build that gendisc.fsx loads is not there"

              use temp = new TempFolder()
              let file = temp.Write("small.fsx", script preamble.Value)

              let under name =
                  [ "GENDISC_RUNS", temp.File name; "GENDISC_THREADS", "1" ]

              let hosted = gendisc (temp.File "cache") temp.Path (under "hosted") [ "run"; file ]
              Expect.equal hosted.Code 0 hosted.Error
              use p = dotnet temp.Path (under "alone") [ "fsi"; "--quiet"; file ]
              let alone = finish p
              Expect.equal alone.Code 0 alone.Error

              for output in [ hosted.Out; alone.Out ] do
                  Expect.stringContains output "accuracy true" "the script goes on with the result"
                  Expect.stringContains output "report: " "the report is named"

              let a, b = folderOf (temp.File "hosted"), folderOf (temp.File "alone")
              Expect.equal (Path.GetFileName a) (Path.GetFileName b) "run id"
              Expect.equal (metrics a) (metrics b) "metrics"
              Expect.equal (weights a) (weights b) "weights"
          }
          test "under dotnet fsi a user's mistake is a message and an exit code, no stack trace" {
              if not (File.Exists libraries.Value) then
                  skiptest "the Release build that gendisc.fsx loads is not there"

              use temp = new TempFolder()
              let wrong = (script preamble.Value).Replace("relu >> vae 2", "conv 4")
              use p = dotnet temp.Path [] [ "fsi"; "--quiet"; temp.Write("wrong.fsx", wrong) ]
              let ended = finish p
              Expect.equal ended.Code 2 ended.Error
              Expect.stringContains ended.Error "conv 4 expects an image, but receives vector 16" "explained"
              Expect.isFalse (ended.Error.Contains "   at ") "no stack trace"
          }
          test "a run says where its report is, a second one that it was reused" {
              use temp = new TempFolder()
              let file = temp.Write("small.fsx", script (temp.Write("gendisc.fsx", "")))

              let go () =
                  gendisc (temp.File "cache") temp.Path [] [ "run"; file ]

              let first = go ()
              Expect.equal first.Code 0 first.Error
              Expect.stringContains first.Out "epoch 2/2" "plain lines when piped"
              Expect.stringContains first.Out "report.html" "the report"
              Expect.isFalse (first.Out.Contains "\u001b") "no colours when piped"
              let second = go ()
              Expect.stringContains second.Out "reused" "said so"
          }
          test "missing data is one message with exit code 1" {
              use temp = new TempFolder()

              let file =
                  temp.Write(
                      "small.fsx",
                      (script (temp.Write("gendisc.fsx", ""))).Replace("moons |> take 300", "mnist")
                  )

              let ended =
                  gendisc (temp.File "cache") temp.Path [] [ "run"; file; "--data"; temp.File "nowhere" ]

              Expect.equal ended.Code 1 ended.Error
              Expect.stringContains (ended.Out + ended.Error) "nowhere" "which folder"
              Expect.isFalse ((ended.Out + ended.Error).Contains "   at ") "no stack trace"
          } ]
