/// What processes say to each other.
module GenDisc.Dsl.Tests.Running.LaneMessagesTests

open System
open Expecto
open GenDisc
open GenDisc.Running
open GenDisc.Running.LaneMessages
open GenDisc.Core.Runtime

let private hostile = "a \"quoted\"\nline, ünïcode, \u0000 and {\"done\":\"x\"}"

let private describe (e: exn) = e.GetType().Name, e.Message

/// Exceptions are equal only to themselves.
let private sameAnswer expected =
    let line = answer expected
    Expect.isFalse (line.Contains '\n') "one line"

    match expected, tryAnswer line with
    | Failed(id, why), Some(Failed(id', why')) -> Expect.equal (id', describe why') (id, describe why) line
    | Told event, Some(Told event') -> Expect.equal (string event') (string event) line
    | Moved(at, share), Some(Moved(at', share')) -> Expect.equal (at', share') (at, share) line
    | Done(id, reused), Some(Done(id', reused')) -> Expect.equal (id', reused') (id, reused) line
    | Interrupted id, Some(Interrupted id')
    | Unknown id, Some(Unknown id') -> Expect.equal id' id line
    | _, other -> failtestf "%s was read as %A" line other

let tests =
    testList
        "GenDisc.Dsl.Running.LaneMessages"
        [ test "an answer is one line, and read as it was meant" {
              for a in
                  [ Done(hostile, true)
                    Done("a-1", false)
                    Failed("a-1", UserError hostile)
                    Failed("a-1", InvalidExperiment hostile)
                    Failed("a-1", Exception hostile)
                    Interrupted "a-1"
                    Unknown "a-1"
                    Moved("epoch 1 of 2", 0.25)
                    Told(RunEvent.Note hostile)
                    Told(RunEvent.Warning hostile)
                    Told(RunEvent.Fetching("a.gz", 1L, 9_000_000_000L)) ] do
                  sameAnswer a
          }
          test "a request is one line, and read as it was meant" {
              for fresh in [ true; false ] do
                  match tryRequest (request (Run(hostile, fresh))) with
                  | Some(Run(id, fresh')) -> Expect.equal (id, fresh') (hostile, fresh) "run"
                  | other -> failtestf "%A" other

              let failures: Map<string, exn> =
                  Map.ofList [ "a-1", UserError hostile; "b-2", InvalidExperiment "b" ]

              let line = request (Next failures)
              Expect.isFalse (line.Contains '\n') "one line"

              match tryRequest line with
              | Some(Next read) ->
                  Expect.equal (Map.map (fun _ -> describe) read) (Map.map (fun _ -> describe) failures) "failures"
              | other -> failtestf "%A" other
          }
          test "whatever else comes down a pipe is no message" {
              for line in
                  [ ""
                    "OMP: Warning #96"
                    "{"
                    "[]"
                    "7"
                    "null"
                    "\"done\""
                    "{}"
                    """{"done":7,"reused":true}"""
                    """{"done":"a"}"""
                    """{"at":"x","share":null}"""
                    """{"failed":"a","kind":"user"}"""
                    """{"run":"a","fresh":"yes"}"""
                    """{"next":[]}""" ] do
                  Expect.isNone (tryAnswer line) line
                  Expect.isNone (tryRequest line) line
          }
          test "how far a run is comes from its batches and epochs" {
              Expect.equal
                  (moved (RunEvent.Batch(2, 4, 5, 10, 1.0, 1.0)))
                  (Some("epoch 2 of 4", 0.375))
                  "one epoch and a half of four"

              Expect.equal (moved (RunEvent.Batch(1, 0, 0, 0, 1.0, 1.0))) (Some("epoch 1 of 0", 0.0)) "no division by 0"
              Expect.isNone (moved (RunEvent.Note "x")) "a note says nothing of it"
          } ]
