module GenDisc.Cli.Tests.NewCommandTests

open System.IO
open Expecto
open GenDisc.Cli
open GenDisc.Cli.Tests.Support

let private create (arguments: string list) = NewCommand.run arguments |> ignore

let tests =
    testSequenced
    <| testList
        "NewCommand"
        [ test "the first script of a folder comes with a preamble, the next uses it" {
              use folder = new TempFolder()
              create [ folder.File "sub/My first" ]
              let preamble = File.ReadAllText(folder.File "sub/gendisc.fsx")
              let script = File.ReadAllText(folder.File "sub/My first.fsx")

              Expect.stringContains
                  preamble
                  ("#r @\""
                   + Path.Combine(System.AppContext.BaseDirectory, "GenDisc.Dsl.dll")
                   + "\"")
                  "absolute"

              Expect.stringContains preamble "#if !GENDISC_HOST" "empty under the host"
              Expect.stringStarts script "#load \"gendisc.fsx\"" "loads it"
              Expect.stringContains script "Name = \"my-first\"" "a run name"
              create [ folder.File "sub/second.fsx" ]
              Expect.equal (File.ReadAllText(folder.File "sub/gendisc.fsx")) preamble "left as it was"
          }
          test "a preamble one folder up is used" {
              use folder = new TempFolder()
              folder.Write("gendisc.fsx", "") |> ignore
              create [ Path.Combine(folder.Path, "sub", "a") ]
              Expect.stringStarts (File.ReadAllText(folder.File "sub/a.fsx")) "#load \"../gendisc.fsx\"" "from there"
              Expect.isFalse (File.Exists(folder.File "sub/gendisc.fsx")) "no second one"
          }
          test "nothing is overwritten" {
              use folder = new TempFolder()
              let file = folder.Write("a.fsx", "mine")
              Expect.throwsT<UsageError> (fun () -> create [ folder.File "a" ]) "refused"
              Expect.equal (File.ReadAllText file) "mine" "as it was"
          }
          test "a long name becomes an experiment's name that check accepts" {
              use folder = new TempFolder()
              let stem = String.replicate 63 "a" + "-" + String.replicate 20 "b"
              create [ folder.File stem ]

              Expect.stringContains
                  (File.ReadAllText(folder.File(stem + ".fsx")))
                  ("Name = \"" + String.replicate 63 "a" + "\"\n")
                  "at most 64, no hyphen last"
          }
          test "--series writes a forecast, otherwise it is a hybrid model" {
              use folder = new TempFolder()
              create [ folder.File "f"; "--series" ]
              create [ folder.File "h" ]

              let forecast, hybrid =
                  File.ReadAllText(folder.File "f.fsx"), File.ReadAllText(folder.File "h.fsx")

              Expect.stringContains forecast "Data = sines [ 1.0 ] |> noise 0.05 |> window 50 1\n" "a series"
              Expect.stringContains forecast "Name = \"f\"" "the name"
              Expect.stringContains forecast "RMSE %.4f" "a format, not an escape"
              Expect.stringContains hybrid "vae 16 >> classifier [64]" "a hybrid"
          }
          test "names that cannot be are refused" {
              for name in [ ""; "  "; "a/"; "gendisc" ] do
                  Expect.throwsT<UsageError> (fun () -> create [ name ]) name
          } ]
