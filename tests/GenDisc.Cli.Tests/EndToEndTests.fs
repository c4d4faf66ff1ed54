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
          }
          test "starters run as they are written" {
              use temp = new TempFolder()

              for flags in [ []; [ "--series" ] ] do
                  let name = "starter" + String.concat "" flags
                  let made = gendisc (temp.File "cache") temp.Path [] ([ "new"; name ] @ flags)
                  Expect.equal made.Code 0 made.Error

                  let ended =
                      gendisc
                          (temp.File "cache")
                          temp.Path
                          [ "GENDISC_THREADS", "1" ]
                          [ "run"; name + ".fsx"; "--epochs"; "1" ]

                  Expect.equal ended.Code 0 ended.Error
                  Expect.stringContains ended.Out "report: " name
          }
          test "an experiment inside another one is told of, run first, and reused" {
              use temp = new TempFolder()

              let file =
                  temp.Write(
                      "nested.fsx",
                      $"""#load @"{temp.Write("gendisc.fsx", "")}"
open GenDisc

let inner =
    {{ Name = "inner"
      Data = moons |> take 200
      Model = model (dense 8 >> relu >> autoencoder 2)
      Loss = reconstruction
      Training = adam 3e-3 |> epochs 1
      Seed = 1 }}

run
    {{ inner with
        Name = "outer"
        Model = model (encoder inner >> classifier [])
        Loss = crossEntropy }}
"""
                  )

              let go arguments =
                  let ended =
                      gendisc (temp.File "cache") temp.Path [ "GENDISC_THREADS", "1" ] arguments

                  Expect.equal ended.Code 0 ended.Error
                  ended.Out

              let inOrder (text: string) (parts: string list) =
                  let places = parts |> List.map text.IndexOf
                  Expect.isFalse (List.contains -1 places) text
                  Expect.equal places (List.sort places) text

              let note = "outer is built on inner, which comes first\n"

              inOrder
                  (go [ "check"; file ])
                  [ note
                    "\ninner\n═════\n"
                    "run id: inner-"
                    "\nouter\n═════\n"
                    "run id: outer-" ]

              inOrder (go [ "run"; file ]) [ note; "inner: run "; ": done in"; "outer: run "; "accuracy" ]

              let other = go [ "run"; file; "--seed"; "2"; "--json" ]
              Expect.hasLength (other.TrimEnd().Split '\n') 2 "a line for either"
              inOrder other [ "\"name\":\"inner\""; "\"name\":\"outer\"" ]
          }
          test "mistakes in a user's files are one message that says where, and an exit code" {
              use temp = new TempFolder()
              let preamble = temp.Write("gendisc.fsx", "")
              temp.Write("bad.zip", "not a zip") |> ignore
              temp.Write("bad.csv", "a,b\n1,2\n3,x\n5,6\n7,8\n") |> ignore

              // one script for all, so that it is compiled once
              let file =
                  temp.Write(
                      "mistakes.fsx",
                      $"""#load @"{preamble}"
open GenDisc

let data =
    match fsi.CommandLineArgs[1] with
    | "folder" -> imageFolder "nowhere/photos"
    | "zip" -> imageFolder "bad.zip"
    | "cell" -> csvSeries "bad.csv" ["b"] |> window 1 1
    | "series" -> timeSeries "Nope"
    | "published" -> sunspots
    | _ -> mnist |> window 3 1

run
    {{ Name = "mistake"
      Data = data
      Model = model (regressor [])
      Loss = mse
      Training = adam 1e-3 |> epochs 1
      Seed = 1 }}
"""
                  )

              for word, code, parts in
                  [ "folder",
                    1,
                    [ "nowhere/photos: there is no"
                      temp.File "data/nowhere/photos"
                      "GENDISC_DATA" ]
                    "zip", 1, [ "bad.zip: it is no zip" ]
                    "cell", 1, [ "bad.csv: line 3, column b: 'x' is not a number" ]
                    "series", 1, [ "timeSeries \"Nope\""; "Nope_TRAIN.ts"; temp.File "data" ]
                    "published", 1, [ "sunspots: there is no monthly-sunspots.csv"; temp.File "data/timeseries" ]
                    "window",
                    2,
                    [ "mnist |> window 3 1\n"
                      "^^^^^^"
                      "window is for series, which mnist is not" ] ] do
                  let ended =
                      gendisc
                          (temp.File "cache")
                          temp.Path
                          [ "GENDISC_DATA", temp.File "data" ]
                          [ "run"; file; "--"; word ]

                  Expect.equal ended.Code code (word + ended.Error)

                  for part in parts do
                      Expect.stringContains ended.Error part word

                  Expect.isFalse (ended.Error.Contains "   at ") "no stack trace"
          } ]
