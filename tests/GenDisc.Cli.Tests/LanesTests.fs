/// Studies whose runs have processes of their own, through the real program.
module GenDisc.Cli.Tests.LanesTests

open System
open System.Diagnostics
open System.IO
open System.Text.Json
open System.Threading
open Expecto
open GenDisc.Cli.Tests.Support

/// What it asks is its first word: see the tests.
let private asker =
    """#load "gendisc.fsx"
open System
open System.IO
open GenDisc

let word = fsi.CommandLineArgs[1]
let performs = obj.ReferenceEquals(Console.Out, TextWriter.Null)
printfn "script begins"
eprintfn "last words"

let small name units =
    { Name = name
      Data = moons |> take 2000
      Model = model (dense units >> relu >> classifier [])
      Loss = crossEntropy
      Training = adam 3e-3 |> epochs (budget 8 9) |> batch 16
      Seed = 1 }

let pretrained =
    { small "pretrained" 8 with
        Model = model (dense 8 >> relu >> autoencoder 2)
        Loss = reconstruction }

// a process that performs ends hard once a run of that name has begun: each, or the first to see it
let dying (always: bool) =
    let since = DateTime.UtcNow

    let watch () =
        while true do
            for file in Directory.GetFiles("runs", "experiment.fsx", SearchOption.AllDirectories) do
                if file.Contains "doomed" && File.GetLastWriteTimeUtc file > since && (always || not (File.Exists "died")) then
                    File.WriteAllText("died", "")
                    Diagnostics.Process.GetCurrentProcess().Kill()

            Threading.Thread.Sleep 5

    if performs then
        Directory.CreateDirectory "runs" |> ignore
        Threading.Thread(watch, IsBackground = true).Start()

let rows =
    match word with
    | "several" ->
        [ small "a" 4
          { small "b" 4 with Model = model (encoder pretrained >> classifier []) }
          { small "c" 4 with Model = model (encoder pretrained >> classifier [ 4 ]) } ]
    | "wild" -> [ small "a" 4; { small "wild" 4 with Training = sgd 1e30 |> epochs 1 |> batch 64 } ]
    | "many" -> [ for i in 1..8 -> small $"m{i}" (4 * i) ]
    | "mayfly" -> dying false; [ small "doomed" 4; small "other" 4 ]
    | _ -> dying true; [ small "doomed" 4; small "other" 4 ]

compare "Which?" rows |> run |> ignore
printfn "script ends"
"""

/// Compiled once.
let private stage =
    lazy
        (let folder = new TempFolder()
         folder.Write("gendisc.fsx", "") |> ignore
         folder.Write("asker.fsx", asker) |> ignore
         AppDomain.CurrentDomain.ProcessExit.Add(fun _ -> (folder :> IDisposable).Dispose())
         folder)

let private arguments (place: TempFolder) (lanes: int) (flags: string list) (word: string) =
    stage.Value.File "cache",
    place.Path,
    [ "GENDISC_THREADS", string lanes ],
    [ "run"; stage.Value.File "asker.fsx" ] @ flags @ [ "--"; word ]

let private askOn lanes place flags word =
    arguments place lanes flags word
    |> fun (cache, folder, variables, words) -> gendisc cache folder variables words

let private ask place flags word = askOn 2 place flags word

/// Folders of runs by their ids; a study's own is none.
let private runs (place: TempFolder) =
    if Directory.Exists(place.File "runs") then
        [ for folder in Directory.GetDirectories(place.File "runs") |> Array.sort do
              if File.Exists(Path.Combine(folder, "plan.json")) then
                  string (Path.GetFileName folder), folder ]
    else
        []

let private result (folder: string) =
    use json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "result.json")))
    json.RootElement.Clone()

let private isDone (folder: string) =
    File.Exists(Path.Combine(folder, "result.json"))
    && (result folder).GetProperty("status").GetString() = "done"

let private children (p: Process) =
    [ for task in Directory.GetDirectories $"/proc/{p.Id}/task" do
          let words = File.ReadAllText(Path.Combine(task, "children")).Split ' '
          yield! words |> Array.filter ((<>) "") ]

/// Neither there nor waiting to be buried.
let private isAlive (pid: string) =
    try
        let stat = File.ReadAllText $"/proc/{pid}/stat"
        stat[stat.LastIndexOf ')' + 2] <> 'Z'
    with
    | :? IOException
    | :? UnauthorizedAccessException -> false

let private onLinux () =
    if not (OperatingSystem.IsLinux()) then
        skiptest "processes are looked up in /proc"

let tests =
    testSequenced
    <| testList
        "Lanes"
        [ test "the same bits from one process and from several, which the script does not hear of" {
              use one = new TempFolder()
              use two = new TempFolder()
              let alone = askOn 1 one [] "several"
              Expect.equal alone.Code 0 alone.Error
              let shared = ask two [] "several"
              Expect.equal shared.Code 0 shared.Error
              Expect.equal (runs two |> List.map fst) (runs one |> List.map fst) "the same runs"
              Expect.hasLength (runs one) 4 "three, and what two of them are built on"

              for (id, a), (_, b) in List.zip (runs one) (runs two) do
                  let metrics folder =
                      (result folder).GetProperty("metrics").GetRawText()

                  let weights folder =
                      File.ReadAllBytes(Path.Combine(folder, "model.safetensors"))

                  Expect.equal (metrics a) (metrics b) id
                  Expect.equal (weights a) (weights b) id

                  for folder in [ a; b ] do
                      let threads =
                          (result folder).GetProperty("environment").GetProperty("threads").GetInt32()

                      Expect.equal threads 1 "threads"

              for ended in [ alone; shared ] do
                  let lines = ended.Out.TrimEnd().Split '\n' |> List.ofArray
                  Expect.equal (List.head lines) "script begins" "its first word"
                  Expect.equal (List.last lines) "script ends" "its last word"
                  Expect.hasLength (lines |> List.filter (fun line -> line.StartsWith "script")) 2 "each once"
                  Expect.stringContains ended.Out "; 4 of 4 runs done" "how far it is"
                  Expect.isFalse (ended.Out.Contains "epoch 8/8") "no run tells its story"
                  Expect.equal ended.Error "last words\n" "errors of the script's own"
          }
          test "--full reaches every process, and --json has a line for every run" {
              use place = new TempFolder()
              let ended = ask place [ "--full"; "--json" ] "several"
              Expect.equal ended.Code 0 ended.Error

              for id, folder in runs place do
                  Expect.equal ((result folder).GetProperty("epochs").GetInt32()) 9 id

              let lines = ended.Out.TrimEnd().Split '\n' |> Array.map JsonDocument.Parse

              let told =
                  [ for line in lines -> string (line.RootElement.GetProperty("id").GetString()) ]

              Expect.equal (List.sort told) (runs place |> List.map fst) "each run"
          }
          test "a run that diverges is told of, without a stack trace" {
              use place = new TempFolder()
              let ended = ask place [] "wild"
              Expect.isTrue (ended.Out.Contains ": failed: training diverged") ended.Out
              Expect.isFalse (ended.Error.Contains "   at ") "no stack trace"
          }
          test "after SIGKILL no process is left, and what was finished is reused" {
              onLinux ()
              use place = new TempFolder()

              let others =
                  use p = arguments place 2 [] "many" |> fun (c, f, v, words) -> start c f v words

                  let rec wait finished =
                      if finished < 2 then
                          match p.StandardOutput.ReadLine() with
                          | null -> failtest (p.StandardError.ReadToEnd())
                          | line -> wait (if line.Contains ": done in " then finished + 1 else finished)

                  wait 0
                  let others = children p
                  p.Kill()
                  p.WaitForExit()
                  others

              Expect.hasLength others 2 "two computed"
              let clock = Stopwatch.StartNew()

              while List.exists isAlive others && clock.Elapsed.TotalSeconds < 30.0 do
                  Thread.Sleep 20

              Expect.isEmpty (others |> List.filter isAlive) "they have gone"

              let written folder =
                  File.GetLastWriteTimeUtc(Path.Combine(folder, "result.json"))

              let before =
                  [ for id, folder in runs place do
                        if isDone folder then
                            id, written folder ]

              Expect.isGreaterThanOrEqual before.Length 2 "some were finished"
              Expect.isLessThan before.Length 8 "but not all"
              let ended = ask place [] "many"
              Expect.equal ended.Code 0 ended.Error
              let after = runs place
              Expect.hasLength after 8 "all"
              Expect.all after (snd >> isDone) "done"

              for id, time in before do
                  Expect.equal (written (Map.find id (Map.ofList after))) time (id + " was not touched")

              let many = if before.Length = 1 then "1 run was" else $"{before.Length} runs were"

              Expect.stringContains ended.Out $"{many} done before and reused" "said so"
          }
          test "a run whose process dies has another one" {
              onLinux ()
              use place = new TempFolder()
              let ended = ask place [] "mayfly"
              Expect.equal ended.Code 0 ended.Error
              Expect.isTrue (File.Exists(place.File "died")) "one died"
              Expect.all (runs place) (snd >> isDone) "done all the same"
          }
          test "a run whose process dies again is given up, with that process's last words" {
              onLinux ()
              use place = new TempFolder()
              let ended = ask place [] "doomed"
              Expect.equal ended.Code 1 ended.Error
              Expect.stringContains ended.Error "the process that performed it ended with exit code 137" "what"
              Expect.isTrue (ended.Error.TrimEnd().EndsWith "\nlast words") "its last words"
              Expect.isFalse (ended.Error.Contains "   at ") "no stack trace"
          }
          test "Ctrl-C finishes the batch in hand everywhere" {
              onLinux ()
              use place = new TempFolder()

              use p =
                  arguments place 2 [ "--epochs"; "100000" ] "many"
                  |> fun (c, f, v, words) -> start c f v words

              let training () =
                  runs place
                  |> List.filter (fun (_, folder) -> File.Exists(Path.Combine(folder, "metrics.jsonl")))

              let clock = Stopwatch.StartNew()

              while (training ()).Length < 2 && clock.Elapsed.TotalSeconds < 60.0 do
                  Thread.Sleep 20

              let others = children p
              use kill = Process.Start("kill", [ "-INT"; string p.Id ])
              kill.WaitForExit()
              let ended = finish p
              Expect.equal ended.Code 130 ended.Error

              let said =
                  "last words\ninterrupted; what was done so far is in "
                  + place.File "runs"
                  + "\n"

              Expect.equal ended.Error said "in one line"
              Expect.isEmpty (others |> List.filter isAlive) "no process is left"

              Expect.equal
                  [ for _, folder in runs place -> (result folder).GetProperty("status").GetString() ]
                  [ "interrupted"; "interrupted" ]
                  "both"
          } ]
