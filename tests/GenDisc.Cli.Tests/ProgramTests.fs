/// `gendisc` as a process: exit codes, what goes to stdout and stderr, signals.
module GenDisc.Cli.Tests.ProgramTests

open System
open System.Diagnostics
open System.IO
open System.Text.Json
open Expecto
open GenDisc.Cli.Tests.Support

/// One script for all, compiled once: what it does is its first argument.
let private actor =
    """open System
open GenDisc

let host = (Host.tryCurrent ()).Value
let metrics values : Metrics = { Values = Map.ofList values }

let finished =
    { Id = "a-1"; Name = "a"; Folder = "runs/a-1"; Status = Status.Done
      Train = metrics [ "loss", 1.5 ]; Validation = metrics [ "accuracy", nan ]; Test = metrics [ "elbo", -108.25 ]
      Seconds = 1.5; ExamplesPerSecond = 1234.5; Reused = false }

let crash (xs: int list) = List.head xs

let wait (heed: bool) =
    while true do
        host.Tell(RunEvent.Batch(1, 1, 1, 2, 1.0, 1.0))
        host.Tell(RunEvent.Note "training")
        Threading.Thread.Sleep 20
        if heed && host.Cancel.IsCancellationRequested then raise (RunInterrupted "runs/a-1")

let read () =
    while true do
        host.Tell(RunEvent.Note "training")
        host.Tell(RunEvent.Fetching("decoding a.zip", 1L, 9L))
        Threading.Thread.Sleep 20
        host.Cancel.ThrowIfCancellationRequested()

printfn "script output %.1f" 1.5

match fsi.CommandLineArgs |> Array.skip 1 |> List.ofArray with
| [ "finish" ] -> host.Tell(RunEvent.Finished finished)
| [ "crash" ] -> printfn "%d" (crash [])
| [ "user" ] -> raise (GenDisc.Core.Runtime.UserError "the data are gone\nfetch them")
| [ "invalid" ] -> raise (InvalidExperiment "a is not a valid experiment:")
| [ "heed" ] -> wait true
| [ "ignore" ] -> wait false
| [ "read" ] -> read ()
| [ "exit"; code ] -> exit (int code)
| [ "compiler" ] ->
    let loaded = AppDomain.CurrentDomain.GetAssemblies() |> Array.map (fun a -> a.GetName().Name)
    printfn "compiler loaded: %b" (Array.contains "FSharp.Compiler.Service" loaded)
| [ "options" ] ->
    printfn "%A" (host.Data, host.Runs, host.Seed, host.Epochs, host.Threads, host.Device, host.Fresh, host.CheckOnly)
| _ -> ()
"""

/// The actor in a folder of its own, compiled.
let private stage =
    lazy
        (let folder = new TempFolder()
         folder.Write("actor.fsx", actor) |> ignore
         let cache = folder.File "cache"
         let first = gendisc cache folder.Path [] [ "run"; "actor.fsx"; "--"; "compiler" ]
         AppDomain.CurrentDomain.ProcessExit.Add(fun _ -> (folder :> IDisposable).Dispose())
         folder.Path, cache, first)

let private act (variables: (string * string) list) (flags: string list) (words: string list) =
    let folder, cache, _ = stage.Value
    gendisc cache folder variables ([ "run"; "actor.fsx" ] @ flags @ ("--" :: words))

let private isStackTrace (text: string) =
    text.Contains("   at ", StringComparison.Ordinal)

let private signal (name: string) (p: Process) =
    use kill = Process.Start("kill", [ "-" + name; string p.Id ])
    kill.WaitForExit()

/// Starts the actor waiting, and sends signals once it has begun.
let private interrupted (word: string) (signals: string list) =
    if OperatingSystem.IsWindows() then
        skiptest "signals are sent with kill"

    let folder, cache, _ = stage.Value
    use p = start cache folder [] [ "run"; "actor.fsx"; "--"; word ]

    while string (p.StandardOutput.ReadLine()) <> "training" do
        ()

    for name in signals do
        signal name p
        Threading.Thread.Sleep 300

    finish p

let tests =
    testSequenced
    <| testList
        "Program"
        [ test "0: a script that runs; the compiler is loaded for a new script only" {
              let _, _, first = stage.Value
              Expect.equal first.Code 0 first.Error
              Expect.stringContains first.Out "compiler loaded: true" "the first time"
              let again = act [] [] [ "compiler" ]
              Expect.equal again.Code 0 again.Error
              Expect.stringContains again.Out "compiler loaded: false" "from the cache"
          }
          test "1: a failure the user can mend, and one that nobody foresaw; a stack trace only with --debug" {
              let user = act [] [] [ "user" ]
              Expect.equal (user.Code, user.Error) (1, "the data are gone\nfetch them\n") "the message alone"
              let crash = act [] [] [ "crash" ]
              Expect.equal crash.Code 1 "exit code"
              Expect.stringContains crash.Error "actor.fsx:" "the script's line"
              Expect.isFalse (isStackTrace crash.Error) "no trace"
              let debug = act [] [ "--debug" ] [ "crash" ]
              Expect.equal debug.Code 1 "exit code"
              Expect.isTrue (isStackTrace debug.Error) "a trace"
          }
          test "2: wrong usage, each told in one line with a hint" {
              let folder, cache, _ = stage.Value
              Directory.CreateDirectory(Path.Combine(folder, "folder.fsx")) |> ignore
              File.WriteAllText(Path.Combine(folder, "text.txt"), "")

              for arguments, words in
                  [ [ "fly" ], "unknown command 'fly'"
                    [ "--fly" ], "unknown option '--fly'"
                    [ "run" ], "which script"
                    [ "run"; "none.fsx" ], "there is no file none.fsx"
                    [ "run"; "folder.fsx" ], "is a folder"
                    [ "check"; "text.txt" ], "must end with .fsx"
                    [ "run"; "actor.fsx"; "--epochs"; "0" ], "--epochs is 0"
                    [ "run"; "actor.fsx"; "--threads"; "-1" ], "--threads is -1"
                    [ "run"; "actor.fsx"; "--seed"; "abc" ], "abc"
                    [ "run"; "actor.fsx"; "--device"; "tpu" ], "tpu"
                    [ "run"; "actor.fsx"; "--kernels"; "some" ], "--kernels is 'some', but must be on or off"
                    [ "data" ], "list"
                    [ "data"; "get"; "none" ], "known: mnist"
                    [ "show"; "none" ], "none"
                    [ "list"; "--runs"; "text.txt" ], "text.txt, is a file"
                    [ "show"; "none"; "--runs"; "text.txt" ], "text.txt, is a file"
                    [ "run"; "actor.fsx"; "--runs"; "text.txt" ], "text.txt, is a file" ] do
                  let ended = gendisc cache folder [] arguments
                  Expect.equal ended.Code 2 (string arguments + ended.Error)
                  Expect.stringContains ended.Error words "what is wrong"
                  Expect.hasLength (ended.Error.TrimEnd().Split '\n') 2 "a line and a hint"
                  Expect.equal ended.Out "" "nothing on stdout"
          }
          test "2: a variable that is no number" {
              let ended = act [ "GENDISC_THREADS", "abc" ] [] [ "finish" ]
              Expect.equal ended.Code 2 "exit code"
              Expect.stringContains ended.Error "GENDISC_THREADS is 'abc'" "what is wrong"
              Expect.stringContains ended.Error "hint: gendisc run --help" "where to read on"
          }
          test "2: an invalid experiment" {
              let ended = act [] [] [ "invalid" ]
              Expect.equal (ended.Code, ended.Error) (2, "a is not a valid experiment:\n") "the message alone"
          }
          test "2: a script that does not compile, with file:line:col and a caret" {
              let folder, cache, _ = stage.Value
              File.WriteAllText(Path.Combine(folder, "wrong.fsx"), "let x = 1\nlet y = x + oops\n")
              let ended = gendisc cache folder [] [ "check"; "wrong.fsx" ]
              Expect.equal ended.Code 2 "exit code"

              Expect.stringContains ended.Error "wrong.fsx:2:13: error FS0039" "the place"

              Expect.stringContains ended.Error "  2 | let y = x + oops\n    |             ^^^^\n" "the line and carets"
              Expect.isFalse (isStackTrace ended.Error) "no trace"
          }
          test "130: the first signal stops after the batch, whichever of the two it is" {
              for name in [ "INT"; "TERM" ] do
                  let ended = interrupted "heed" [ name ]
                  Expect.equal ended.Code 130 name
                  Expect.stringContains (ended.Out + ended.Error) "stopping after this batch" "said so"
                  Expect.stringContains ended.Error "what was done so far is in runs/a-1" "says where"
          }
          test "130: the first signal stops reading too, and speaks of no batch" {
              let ended = interrupted "read" [ "INT" ]
              Expect.equal (ended.Code, ended.Error) (130, "interrupted\n") "in one word"
              Expect.stringContains ended.Out "stopping… (again: stop at once)" "said so"
          }
          test "130: the second signal stops at once" {
              let ended = interrupted "ignore" [ "INT"; "INT" ]
              Expect.equal ended.Code 130 "exit code"
          }
          test "a script's own exit code is passed on" { Expect.equal (act [] [] [ "exit"; "7" ]).Code 7 "exit 7" }
          test "--json: stdout holds the JSON lines only, invariant whatever the culture" {
              for culture in [ "de_DE.UTF-8"; "C" ] do
                  let ended = act [ "LANG", culture; "LC_ALL", culture ] [ "--json" ] [ "finish" ]
                  Expect.equal ended.Code 0 ended.Error

                  Expect.equal
                      ended.Out
                      """{"id":"a-1","name":"a","folder":"runs/a-1","metrics":{"train.loss":1.5,"test.elbo":-108.25},"seconds":1.5,"examplesPerSecond":1234.5}
"""
                      "one line"

                  JsonDocument.Parse(ended.Out).Dispose()
                  Expect.stringContains ended.Error "script output" "the script's output is on stderr"
          }
          test "flags and variables reach the script's host" {
              let flags =
                  [ "--data"
                    "/d"
                    "--runs"
                    "/r"
                    "--seed"
                    "7"
                    "--epochs"
                    "2"
                    "--threads"
                    "1"
                    "--fresh" ]

              Expect.stringContains
                  (act [ "GENDISC_DATA", "/x" ] flags [ "options" ]).Out
                  "(Some \"/d\", \"/r\", Some 7, Some 2, Some 1, \"cpu\", true, false)"
                  "flags"

              Expect.stringContains
                  (act [ "GENDISC_DATA", "/x"; "GENDISC_RUNS", "/y"; "GENDISC_THREADS", "3" ] [] [ "options" ]).Out
                  "(Some \"/x\", \"/y\", None, None, Some 3, \"cpu\", false, false)"
                  "variables"
          }
          test "four first runs of one script at a time all succeed" {
              use folder = new TempFolder()
              folder.Write("same.fsx", "printfn \"same\"\n") |> ignore

              let processes =
                  [ for _ in 1..4 do
                        start (folder.File "cache") folder.Path [] [ "run"; "same.fsx" ] ]

              for p in processes do
                  let ended = finish p
                  p.Dispose()
                  Expect.equal ended.Code 0 ended.Error
                  Expect.stringStarts ended.Out "same\n" "the script's output"
          }
          test "help and version" {
              let folder, cache, _ = stage.Value

              for arguments in [ []; [ "--help" ] ] do
                  let ended = gendisc cache folder [] arguments
                  Expect.equal ended.Code 0 "overview"
                  Expect.stringContains ended.Out "COMMANDS" "the commands"

              for command in [ "run"; "check"; "list"; "show"; "data"; "new" ] do
                  let ended = gendisc cache folder [] [ command; "--help" ]
                  Expect.equal ended.Code 0 command
                  Expect.stringContains ended.Out "EXAMPLES" command

              Expect.stringStarts (gendisc cache folder [] [ "--version" ]).Out "gendisc " "version"
          }
          test "run says so where nothing runs, with --json on stderr" {
              let note = "note: actor.fsx runs no experiment\n"
              Expect.stringEnds (act [] [] [ "nothing" ]).Out note "on stdout"
              let json = act [] [ "--json" ] [ "nothing" ]
              Expect.equal (json.Code, json.Out) (0, "") "no line of JSON"
              Expect.stringEnds json.Error note "on stderr"
          }
          test "data sets go by the names that scripts use" {
              let folder, cache, _ = stage.Value
              let list = gendisc cache folder [] [ "data"; "list" ]
              Expect.stringContains list.Out "\nfashionMnist " "the list"

              for name in [ "Digits"; "digits" ] do
                  let ended = gendisc cache folder [] [ "data"; "get"; name ]
                  Expect.equal ended.Code 0 ended.Error
          }
          test "the list of data has the published series and how scripts name own files" {
              use data = new TempFolder()
              let series = data.Write("timeseries/monthly-sunspots.csv", "")
              let folder, cache, _ = stage.Value
              let gendisc = gendisc cache folder [ "GENDISC_DATA", data.Path ]
              let list = (gendisc [ "data"; "list" ]).Out

              for name in
                  [ "cifar10"
                    "circles"
                    "spirals"
                    "blobs"
                    "minTemperatures"
                    "airlinePassengers" ] do
                  Expect.stringContains list ("\n" + name + " ") name

              let line (name: string) =
                  list.Split '\n' |> Array.find _.StartsWith(name + " ", StringComparison.Ordinal)

              Expect.stringEnds (line "sunspots") ("  " + series) "where"
              Expect.stringContains (line "sunspots") " 2,820 " "steps"
              Expect.stringEnds (line "minTemperatures") "not on this machine" "none"

              for word in [ "imageFolder"; "timeSeries"; "csvSeries"; "table"; "classTable" ] do
                  Expect.stringContains list ("\n" + word + " \"") word

              let found = gendisc [ "data"; "get"; "Sunspots" ]
              Expect.equal (found.Code, found.Out) (0, series + "\n") "nothing to fetch"
              let absent = gendisc [ "data"; "get"; "minTemperatures" ]
              Expect.equal absent.Code 1 "exit code"
              Expect.stringContains absent.Error "daily-min-temperatures.csv" "what to fetch"
              Expect.stringContains absent.Error data.Path "where to put it"
          }
          test "without a network, get says what to fetch and where to put it" {
              let folder, cache, _ = stage.Value
              let nowhere = "http://127.0.0.1:9"

              let ended =
                  gendisc
                      cache
                      folder
                      [ "http_proxy", nowhere; "https_proxy", nowhere; "no_proxy", "" ]
                      [ "data"; "get"; "cifar10" ]

              Expect.equal ended.Code 1 ended.Error
              Expect.stringStarts ended.Error "dataset cifar10: 6 of 6 files are not on this machine" "what"
              Expect.stringContains ended.Error "cifar-10-binary.tar.gz\nand put them" "from where"
              Expect.stringContains ended.Error (Path.Combine(cache, "gendisc", "data", "cifar10")) "where to"
              Expect.isFalse (isStackTrace ended.Error) "no trace"
          }
          test "check says so where nothing runs" {
              let folder, cache, _ = stage.Value
              let ended = gendisc cache folder [] [ "check"; "actor.fsx" ]
              Expect.equal (ended.Code, ended.Error) (0, "") "no failure"
              Expect.stringContains ended.Out "note: actor.fsx runs no experiment" "the note"
          } ]
