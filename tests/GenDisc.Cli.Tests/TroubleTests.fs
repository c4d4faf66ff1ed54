module GenDisc.Cli.Tests.TroubleTests

open System
open System.Reflection
open Expecto
open GenDisc
open GenDisc.Core.Runtime
open GenDisc.Cli

let tests =
    testList
        "Trouble"
        [ test "exit codes" {
              for e, code in
                  [ UserError "x" :> exn, 1
                    InvalidOperationException "x", 1
                    InvalidExperiment "x", 2
                    UsageError("x", "y"), 2
                    ScriptError [], 2
                    RunInterrupted "runs/x", 130
                    OperationCanceledException(), 130 ] do
                  Expect.equal (Trouble.exitCode e) code (e.GetType().Name)
                  Expect.equal (Trouble.exitCode (ScriptStopped([], e))) code "out of a script"
                  Expect.equal (Trouble.exitCode (TypeInitializationException("T", e))) code "out of an initialiser"
                  Expect.equal (Trouble.exitCode (TargetInvocationException e)) code "through reflection"
                  Expect.equal (Trouble.exitCode (AggregateException e)) code "out of a task"
          }
          test "the user's own mistakes read as their message alone" {
              Expect.equal (Trouble.describe (Some false) (UserError "gone\nfetch it")) "gone\nfetch it" "message"

              Expect.equal
                  (Trouble.describe (Some false) (UsageError("no such flag", "gendisc --help")))
                  "gendisc: no such flag\n  hint: gendisc --help"
                  "with the hint"
          }
          test "only debug shows a stack trace" {
              let thrown =
                  try
                      raise (UserError "gone")
                  with e ->
                      ScriptStopped([], e)

              Expect.isFalse ((Trouble.describe (Some false) thrown).Contains "TroubleTests") "without"
              Expect.stringContains (Trouble.describe (Some true) thrown) "TroubleTests" "with"
          }
          test "frames of the tensor library's C++ code are for --debug" {
              for message in
                  [ "shapes differ\nException raised from infer at /x.cpp:1 (most recent call first):\nframe #0: f\n"
                    "shapes differ\n  frame #0: f\nframe #1: g" ] do
                  let thrown = InvalidOperationException message

                  Expect.equal
                      (Trouble.describe (Some false) thrown)
                      "error: InvalidOperationException: shapes differ\n  hint: --debug shows the stack trace"
                      "without"

                  Expect.stringContains (Trouble.describe (Some true) thrown) "frame #0: f" "with"
          }
          test "a command without --debug does not hint at it" {
              Expect.equal
                  (Trouble.describe None (InvalidOperationException "odd"))
                  "error: InvalidOperationException: odd"
                  "no hint"
          } ]
