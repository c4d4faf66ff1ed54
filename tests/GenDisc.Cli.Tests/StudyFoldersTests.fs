module GenDisc.Cli.Tests.StudyFoldersTests

open System.IO
open System.Text.Json
open Expecto
open GenDisc.Cli
open GenDisc.Cli.Tests.Support

let private study =
    """{"id":"does-it-help-1","question":"Does it help?","kind":"comparison","metric":"accuracy","seeds":[1,2,3],"started":"2026-11-22T18:00:00Z","rows":[{"name":"a"},{"name":"b"}],"statements":["b: no difference detected","a is the first"]}"""

let private search =
    """{"id":"tune-2","name":"hybrid","status":"done","strategy":"random 20","figure":"accuracy","trials":[{"run":"t-1"},{"run":"t-2"}],"best":"t-2","confirmed":{"runs":[{"seed":1}]}}"""

let private filled () =
    let folder = new TempFolder()

    for name, text in
        [ "does-it-help-1/study.json", study
          "does-it-help-1/experiment.fsx", "// the study again"
          "tune-2/search.json", search
          "cut-3/study.json", study.Substring(0, 50)
          "types-4/study.json", """{"kind":7,"question":[],"rows":"x","seeds":{},"statements":[1,"one"],"started":3}"""
          "array-5/search.json", "[]"
          "does-6/result.json", """{"status":"done","metrics":{}}"""
          "notes/notes.txt", "" ] do
        folder.Write(name, text) |> ignore

    folder

let private shown (folder: TempFolder) (arguments: string list) =
    let ended =
        gendisc (folder.File "cache") folder.Path [ "GENDISC_RUNS", folder.Path ] arguments

    Expect.equal ended.Code 0 ended.Error
    ended.Out

let tests =
    testList
        "StudyFolders"
        [ test "studies and searches are read, damaged ones as such; none of them is a run" {
              use folder = filled ()

              Expect.equal
                  (StudyFolders.all folder.Path
                   |> List.map (fun s -> s.Id, s.Kind, s.Size)
                   |> List.sort)
                  [ "array-5", "damaged", ""
                    "cut-3", "damaged", ""
                    "does-it-help-1", "comparison", "2 × 3"
                    "tune-2", "search", "2 trials"
                    "types-4", "damaged", "" ]
                  "what they are"

              Expect.equal (RunFolders.all folder.Path |> List.map _.Id) [ "does-6" ] "the only run"
          }
          test "members of another kind are left out" {
              use folder = filled ()
              let read = (StudyFolders.read (folder.File "types-4")).Value
              Expect.equal (read.Question, read.Rows, read.Seeds, read.Statements) ("", 0, 0, [ "one" ]) "what is left"
          }
          test "a study is found by id, by the beginning of one, or by its folder" {
              use folder = filled ()
              let find name = (ListCommand.find folder.Path name).Id
              Expect.equal (find "does-it-help-1") "does-it-help-1" "id"
              Expect.equal (find "tune") "tune-2" "beginning"
              Expect.equal (find (folder.File "cut-3")) "cut-3" "folder"
              Expect.throwsT<UsageError> (fun () -> find "does" |> ignore) "a run begins so too"
          }
          test "a study as JSON parses" {
              use folder = filled ()

              for study in StudyFolders.all folder.Path do
                  use document = JsonDocument.Parse(StudyFolders.json study)
                  Expect.equal (document.RootElement.GetProperty("kind").GetString()) study.Kind "kind"
          }
          test "the list has them in a table of their own, and show prints what the numbers say" {
              use folder = filled ()
              folder.Write("does-it-help-1/report.html", "") |> ignore
              let list = shown folder [ "list" ]
              Expect.isMatch list @"(?m)^does-6 +done" "the run"
              Expect.isMatch list @"(?m)^does-it-help-1 +comparison +Does it help\? +2 × 3 +2026-11-22" "the study"
              Expect.isMatch list @"(?m)^tune-2 +search +hybrid, random 20, by validation accuracy +2 trials" "search"
              let show = shown folder [ "show"; "does-it" ]
              Expect.stringContains show "b: no difference detected\na is the first\n" "statements"
              Expect.stringContains show ("report: " + Path.Combine("does-it-help-1", "report.html")) "its report"
              Expect.hasLength ((shown folder [ "list"; "--json" ]).TrimEnd().Split '\n') 6 "lines of JSON"
          } ]
