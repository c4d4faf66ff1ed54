module GenDisc.Dsl.Tests.Running.Studies.PredictionsFileTests

open System.IO
open Expecto
open GenDisc
open GenDisc.Running.Studies
open GenDisc.Dsl.Tests.Running.Scene

let private message result =
    match result with
    | Ok _ -> failtest "an error was expected"
    | Error(text: string) -> text

let private withFile (content: string) check =
    use scene = new Scene()

    let figures =
        Directory.CreateDirectory(Path.Combine(scene.Runs, "figures")).FullName

    File.WriteAllText(Path.Combine(figures, "predictions.json"), content)
    check (PredictionsFile.read scene.Runs)

let tests =
    testList
        "Predictions of a run"
        [ test "a classifier's agree with its figures" {
              use scene = new Scene()
              let result = scene.Run toy

              match PredictionsFile.read result.Folder with
              | Error text -> failtest text
              | Ok found ->
                  Expect.equal found.Labels.Length 1000 "every test example"
                  let right = found.Correct |> Array.filter id |> Array.length
                  Expect.equal (float right / 1000.0) result.Test.Accuracy "accuracy"
                  Expect.all found.Confidence (fun c -> c >= 0.5 && c <= 1.0) "of two classes, the likelier"
                  Expect.all found.Confidence (fun c -> abs (c * 1000.0 - round (c * 1000.0)) < 1e-9) "three decimals"

              Expect.isEmpty (GenDisc.Reporting.ReadRun.read result.Folder).Notes "the report's reader takes it"
          }

          test "what it holds" {
              withFile """{"labels":[1,0,2],"predicted":[1,1,2],"confidence":[0.9,0.5,null]}""" (fun read ->
                  match read with
                  | Ok found ->
                      Expect.equal found.Correct [| true; false; true |] "right"
                      Expect.equal found.Confidence[..1] [| 0.9; 0.5 |] "confidence"
                      Expect.isTrue (System.Double.IsNaN found.Confidence[2]) "none"
                  | Error text -> failtest text)
          }

          test "a run that kept none says so" {
              use scene = new Scene()
              let text = message (PredictionsFile.read scene.Runs)
              Expect.stringContains text "keeps no predictions of its test examples" "what"
              Expect.stringContains text "--fresh" "what to do"
              Expect.equal (message (PredictionsFile.read (Path.Combine(scene.Runs, "nowhere")))).[0..0] "/" "no folder"
          }

          test "broken and foreign files are errors, not exceptions" {
              for content in
                  [ ""
                    "[1"
                    "[]"
                    "7"
                    "{}"
                    """{"labels":[],"predicted":[],"confidence":[]}"""
                    """{"labels":[1],"predicted":[1,2],"confidence":[1]}"""
                    """{"labels":["a"],"predicted":[1],"confidence":[1]}"""
                    """{"labels":[0.5],"predicted":[1],"confidence":[1]}"""
                    """{"labels":7,"predicted":[1],"confidence":[1]}"""
                    """{"truth":[0.1],"prediction":[0.2]}""" ] do
                  withFile content (fun read -> Expect.stringContains (message read) "--fresh" content)
          }

          test "runs on other test examples cannot be paired" {
              use scene = new Scene()

              let put name labels =
                  let folder = Path.Combine(scene.Runs, name)
                  Directory.CreateDirectory(Path.Combine(folder, "figures")) |> ignore

                  File.WriteAllText(
                      Path.Combine(folder, "figures", "predictions.json"),
                      $"""{{"labels":{labels},"predicted":[1,1],"confidence":[1,1]}}"""
                  )

                  folder

              let a, b, c = put "a" "[1,0]", put "b" "[1,0]", put "c" "[0,1]"
              Expect.equal (PredictionsFile.paired a b) (Ok([| true; false |], [| true; false |])) "the same"
              Expect.stringContains (message (PredictionsFile.paired a c)) "different examples" "others"
              let nowhere = Path.Combine(scene.Runs, "d")
              Expect.stringContains (message (PredictionsFile.paired a nowhere)) "keeps no predictions" "one is missing"
          } ]
    |> testSequenced
