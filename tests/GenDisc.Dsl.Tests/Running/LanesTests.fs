/// Runs that do not depend on each other, in this process: one after another, and as one that performs for another.
module GenDisc.Dsl.Tests.Running.LanesTests

open System.IO
open Expecto
open TorchSharp
open GenDisc
open GenDisc.Running
open GenDisc.Core.Runtime
open GenDisc.Dsl.Tests.Running.Scene

let private quick name units =
    { toy with
        Name = name
        Model = model (dense units >> relu >> classifier [])
        Loss = crossEntropy
        Training = toy.Training |> epochs 1 }

let private wild =
    { quick "wild" 4 with
        Training = sgd 1e30 |> epochs 1 |> batch 64 }

let private plans (options: HostOptions) experiments =
    experiments |> List.map (Runner.planned options (Loader options))

let private perform (options: HostOptions) = Runner.perform options (Loader options)

/// What a batch answers under a host, told of as a study tells.
let private under (scene: Scene) (change: HostOptions -> HostOptions) experiments =
    let options = change scene.Options

    Host.using options (fun () ->
        options
        |> Lanes.within (fun o -> Lanes.attempt o (perform o) (plans o experiments)))

let private id e = Experiment.id e

let private names results =
    results
    |> List.map (function
        | Ok(run: RunResult) -> run.Name
        | Error(e: exn) -> e.GetType().Name)

let private finished (scene: Scene) =
    [ for event in scene.Events do
          match event with
          | RunEvent.JobFinished(run, _) -> run.Name, run.Reused
          | _ -> () ]

/// A process that performs, asked for all of these at once.
let private served (scene: Scene) (requests: string list) experiments =
    let answers = new StringWriter(NewLine = "\n")
    use lane = new Lane(new StringReader(String.concat "\n" requests), answers, ignore)

    let change (o: HostOptions) =
        { o with
            Lane = Some lane
            Tell = LaneServer.tell lane }

    let results = under scene change experiments

    let lines =
        answers.ToString().TrimEnd().Split '\n'
        |> Array.choose LaneMessages.tryAnswer
        |> List.ofArray

    results, lines

let tests =
    testSequenced
    <| testList
        "GenDisc.Dsl.Running.Lanes"
        [ test "one that fails keeps no other from its turn" {
              use scene = new Scene()
              let results = under scene (fun o -> o) [ quick "a" 4; wild; quick "b" 4 ]
              Expect.equal (names results) [ "a"; "UserError"; "b" ] "in the order of the plans"

              let failed =
                  [ for event in scene.Events do
                        match event with
                        | RunEvent.JobFailed(failed, message, jobs) -> failed, message, jobs.Ended, jobs.Total
                        | _ -> () ]

              match failed, results[1] with
              | [ told, message, 2, 3 ], Error e -> Expect.equal (told, message) (id wild, e.Message) "told"
              | other -> failtestf "%A" other
          }
          test "all of them, or the first failure" {
              use scene = new Scene()

              let all experiments =
                  Host.using scene.Options (fun () ->
                      let o = scene.Options
                      Lanes.all o (perform o) (plans o experiments))

              let e = Expect.throwsC (fun () -> all [ wild; quick "a" 4 ] |> ignore) (fun e -> e)
              Expect.isTrue (e :? UserError) "as it was raised"
              Expect.isFalse (Directory.Exists(Path.Combine(scene.Runs, id (quick "a" 4)))) "no more begins"
              Expect.equal (all [ quick "a" 4; quick "b" 4 ] |> List.map _.Name) [ "a"; "b" ] "in their order"
          }
          test "what several are built on is trained once, and before them" {
              use scene = new Scene()

              let outer name =
                  { over (encoder inner >> classifier []) with
                      Name = name }

              let results = under scene (fun o -> o) [ outer "one"; outer "two" ]
              Expect.equal (names results) [ "one"; "two" ] "those asked for"
              Expect.equal (finished scene) [ "inner", false; "one", false; "two", false ] "each once"
          }
          test "what is built on a failure fails for its reason, untried" {
              use scene = new Scene()

              let broken =
                  { inner with
                      Training = sgd 1e30 |> epochs 1 |> batch 64 }

              match under scene (fun o -> o) [ over (encoder broken >> classifier []); quick "a" 4 ] with
              | [ Error e; Ok a ] ->
                  Expect.stringContains e.Message "diverged" "the reason"
                  Expect.equal a.Name "a" "the other one"
              | other -> failtestf "%A" other
          }
          test "each trains with one thread, after which there are as many as before" {
              use scene = new Scene()
              let before = TorchRuntime.UseThreads(System.Nullable())
              TorchRuntime.UseThreads(System.Nullable 2) |> ignore

              try
                  match under scene (fun o -> { o with Threads = Some 2 }) [ quick "a" 4 ] with
                  | [ Ok run ] -> Expect.equal (ResultFile.tryThreads run.Folder) (Some 1) "in its result"
                  | other -> failtestf "%A" other

                  Expect.equal (torch.get_num_threads ()) 2 "afterwards"
              finally
                  TorchRuntime.UseThreads(System.Nullable before) |> ignore
          }
          test "no event of a single run comes through, but one for each that has ended" {
              use scene = new Scene()
              under scene (fun o -> o) [ quick "a" 4; quick "b" 4 ] |> ignore
              under scene (fun o -> o) [ quick "a" 4; quick "b" 4 ] |> ignore

              Expect.equal (finished scene) [ "a", false; "b", false; "a", true; "b", true ] "each, twice"

              for event in scene.Events do
                  match event with
                  | RunEvent.Planned _
                  | RunEvent.Batch _
                  | RunEvent.Epoch _
                  | RunEvent.Finished _ -> failtestf "%A" event
                  | _ -> ()
          }
          test "fresh runs are trained again, though only once under a host" {
              use scene = new Scene()
              under scene (fun o -> o) [ quick "a" 4 ] |> ignore

              Host.using { scene.Options with Fresh = true } (fun () ->
                  let options = { scene.Options with Fresh = true }

                  let go () =
                      Lanes.attempt options (perform options) (plans options [ quick "a" 4 ])
                      |> List.map (Result.map _.Reused)

                  Expect.equal (go () |> List.choose Result.toOption) [ false ] "again"
                  Expect.equal (go () |> List.choose Result.toOption) [ true ] "not a third time")
          }
          test "whoever records them hears of each as it ends, of what they are built on not" {
              use scene = new Scene()
              let heard = ResizeArray<string>()
              let o = scene.Options

              let record (plan: Plan) (result: Result<RunResult, exn>) =
                  heard.Add $"{plan.Experiment.Name} {Result.isOk result}"

              Host.using o (fun () ->
                  Lanes.attemptEach record o (perform o) (plans o [ over (encoder inner >> classifier []); wild ])
                  |> ignore)

              Expect.equal (List.ofSeq heard) [ "outer True"; "wild False" ] "both"
          }
          test "one that was cancelled begins nothing" {
              use scene = new Scene()
              scene.Cancel()

              Expect.throwsT<System.OperationCanceledException>
                  (fun () -> under scene (fun o -> o) [ quick "a" 4 ] |> ignore)
                  "raised"

              Expect.isEmpty (Directory.GetDirectories scene.Runs) "no folder"
          }
          test "a process that performs does what it is asked for, and then sees what the one that asked sees" {
              use scene = new Scene()
              let a, b, c = quick "a" 4, quick "b" 4, quick "c" 4
              under scene (fun o -> o) [ b ] |> ignore

              let results, answers =
                  served
                      scene
                      [ "noise"
                        LaneMessages.request (LaneMessages.Run(id a, false))
                        LaneMessages.request (LaneMessages.Run(id b, false))
                        LaneMessages.request (LaneMessages.Run(id b, true))
                        LaneMessages.request (LaneMessages.Run(id wild, false))
                        LaneMessages.request (LaneMessages.Run("x-1", false))
                        LaneMessages.request (LaneMessages.Next(Map.ofList [ id c, UserError "no c" ])) ]
                      [ a; b; c; wild ]

              let said =
                  [ for answer in answers do
                        match answer with
                        | LaneMessages.Done(done', reused) -> $"{done'} {reused}"
                        | LaneMessages.Failed(failed, _) -> $"{failed} failed"
                        | LaneMessages.Unknown unknown -> $"{unknown} unknown"
                        | _ -> () ]

              Expect.equal
                  said
                  [ $"{id a} False"
                    $"{id b} True"
                    $"{id b} False"
                    $"{id wild} failed"
                    "x-1 unknown" ]
                  "one answer each"

              // wild failed here, but the other side has not said so
              Expect.equal (names results) [ "a"; "b"; "UserError"; "UserError" ] "results"
          }
          test "a process that performs stops when asked to" {
              use scene = new Scene()

              Expect.throwsT<System.OperationCanceledException>
                  (fun () -> served scene [ "stop" ] [ quick "a" 4 ] |> ignore)
                  "nothing more to wait for"
          } ]
