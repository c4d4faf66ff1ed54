module GenDisc.Cli.Tests.ArgumentsTests

open Expecto
open GenDisc.Cli

let private usageError (f: unit -> 'a) =
    try
        f () |> ignore
        failtest "no UsageError"
    with :? UsageError as e ->
        e

let tests =
    testList
        "Arguments"
        [ test "what follows the first -- is the script's" {
              Expect.equal (Arguments.splitScript [ "a"; "--"; "b"; "--"; "c" ]) ([ "a" ], [ "b"; "--"; "c" ]) "split"
              Expect.equal (Arguments.splitScript [ "a"; "b" ]) ([ "a"; "b" ], []) "nothing to split"
          }
          test "flags may stand before or after the file" {
              for arguments in
                  [ [ "x.fsx"; "--epochs"; "3"; "--json" ]
                    [ "--json"; "--epochs"; "3"; "x.fsx" ] ] do
                  let parsed = Arguments.parse<RunArguments> "run" [] arguments
                  Expect.equal (parsed.TryGetResult RunArguments.File) (Some "x.fsx") "file"
                  Expect.equal (parsed.TryGetResult Epochs) (Some 3) "epochs"
                  Expect.isTrue (parsed.Contains RunArguments.Json) "json"
          }
          test "a wrong flag or value is told in one line, with where to read more" {
              for arguments, word in
                  [ [ "x.fsx"; "--bogus" ], "--bogus"
                    [ "x.fsx"; "--seed"; "abc" ], "abc"
                    [ "x.fsx"; "--seed"; "1.5" ], "1.5"
                    [ "x.fsx"; "--seed"; "99999999999" ], "99999999999"
                    [ "x.fsx"; "--epochs" ], "--epochs"
                    [ "x.fsx"; "--fresh"; "--fresh" ], "--fresh"
                    [ "x.fsx"; "y.fsx" ], "y.fsx" ] do
                  let e = usageError (fun () -> Arguments.parse<RunArguments> "run" [] arguments)
                  Expect.stringContains e.Message word "names the culprit"
                  Expect.isFalse (e.Message.Contains '\n') "one line"
                  Expect.equal e.Help "gendisc run --help" "the hint"
          }
          test "help shows usage and the examples" {
              let text =
                  try
                      Arguments.parse<ShowArguments> "show" [ "gendisc show x" ] [ "--help" ]
                      |> ignore

                      ""
                  with :? HelpAsked as help ->
                      help.Message

              Expect.stringContains text "USAGE: gendisc show" "usage"
              Expect.stringContains text "gendisc show x" "example"
          }
          test "numbers have a least value" {
              Expect.equal (Arguments.atLeast "run" "--epochs" 1 (Some 1)) (Some 1) "the least itself"
              Expect.equal (Arguments.atLeast "run" "--epochs" 1 None) None "not given"
              let e = usageError (fun () -> Arguments.atLeast "run" "--threads" 1 (Some -1))
              Expect.equal e.Message "--threads is -1, but must be at least 1" "message"
          } ]
