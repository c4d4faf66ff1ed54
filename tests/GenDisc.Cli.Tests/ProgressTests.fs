module GenDisc.Cli.Tests.ProgressTests

open System.IO
open System.Text.Json
open Expecto
open GenDisc
open GenDisc.Cli
open GenDisc.Cli.Tests.Support

let private plain (events: RunEvent list) =
    use writer = new StringWriter(NewLine = "\n")
    use display = new PlainDisplay(writer)
    events |> List.iter (display :> RunDisplay).Tell
    writer.ToString().TrimEnd().Split '\n' |> List.ofArray

let tests =
    testList
        "Progress"
        [ test "plain: one line per epoch, none per batch" {
              let lines =
                  plain
                      [ for i in 1..500 do
                            RunEvent.Batch(2, 5, i, 500, 1.0, 1.0)
                        RunEvent.Epoch(epochRecord, 5) ]

              Expect.hasLength lines 1 "one line"
              Expect.stringStarts lines[0] "epoch 2/5" "the epoch"
          }
          test "plain: a download has a line when it begins and one when it ends" {
              let lines =
                  plain
                      [ for received in 0L..1_000_000L..9_000_000L do
                            RunEvent.Fetching("a.gz", received, 9_000_000L) ]

              Expect.equal lines [ "fetching a.gz (9.0 MB)"; "fetched a.gz" ] "two lines"
          }
          test "plain: decoding has a line when it begins and one when it ends, however short it is" {
              let decoding decoded total =
                  RunEvent.Fetching("decoding a.zip", decoded, total)

              Expect.equal
                  (plain
                      [ for n in 0L..512L..59_904L do
                            decoding n 60_000L
                        decoding 60_000L 60_000L ])
                  [ "decoding a.zip (60,000 images)"; "decoded a.zip" ]
                  "many"

              Expect.equal (plain [ decoding 3L 3L ]) [ "decoding a.zip (3 images)"; "decoded a.zip" ] "one event"
          }
          test "plain: a run without figures has no table" {
              let none = metrics []

              let lines =
                  plain
                      [ RunEvent.Finished
                            { result with
                                Train = none
                                Validation = none
                                Test = none } ]

              Expect.hasLength lines 1 "the headline alone"
          }
          test "plain: the end has a headline, figures by split, and the report if there is one" {
              use folder = new TempFolder()
              folder.Write("report.html", "") |> ignore
              let lines = plain [ RunEvent.Finished { result with Folder = folder.Path } ]
              Expect.equal lines[0] "hybrid-0a1b2c3d: done in 22.5 s, 12,034 examples/s" "headline"
              Expect.equal lines[1] "            train  validation     test" "splits"
              Expect.equal (List.last lines) ("report: " + folder.File "report.html") "report"
          }
          test "a reused and an interrupted result say so" {
              let headline result =
                  List.head (plain [ RunEvent.Finished result ])

              Expect.stringContains (headline { result with Reused = true }) "--fresh" "reused"

              Expect.stringContains
                  (headline
                      { result with
                          Status = Status.Interrupted })
                  "interrupted"
                  "interrupted"
          }
          test "json: the JSON writer gets one line per finished run and nothing else" {
              use json = new StringWriter(NewLine = "\n")
              use messages = new StringWriter()
              use display = new JsonProgress(json, messages)

              [ RunEvent.Epoch(epochRecord, 2)
                RunEvent.Note "a note"
                RunEvent.Finished
                    { result with
                        Status = Status.Interrupted }
                RunEvent.Finished result ]
              |> List.iter (display :> RunDisplay).Tell

              let lines = json.ToString().TrimEnd().Split '\n'
              Expect.hasLength lines 1 "the interrupted run has none"
              use document = JsonDocument.Parse lines[0]
              Expect.equal (document.RootElement.GetProperty("id").GetString()) result.Id "the run"
              Expect.stringContains (messages.ToString()) "a note" "the rest went to the other writer"
          }
          test "plain: of several runs a line for each that ends, none for one found finished" {
              let jobs ended running =
                  { GenDisc.JobsProgress.Total = 3
                    Ended = ended
                    Running = running
                    Remaining = Some 840.0 }

              let lines =
                  plain
                      [ RunEvent.Jobs(jobs 0 [ "a"; "b" ])
                        RunEvent.JobFinished({ result with Reused = true }, jobs 1 [])
                        RunEvent.JobFinished(result, jobs 2 [ "b epoch 2 of 5" ])
                        RunEvent.JobFailed("c-1", "it diverged.\nTry less.", jobs 3 []) ]

              Expect.equal
                  lines
                  [ "hybrid-0a1b2c3d: done in 22.5 s, test accuracy 96.50 %; 2 of 3 runs done, 1 running: b epoch 2 of 5 (about 14:00 left)"
                    "c-1: failed: it diverged; 3 of 3 runs done" ]
                  "two lines"
          } ]
