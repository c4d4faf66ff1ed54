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
          test "names that cannot be are refused" {
              for name in [ ""; "  "; "a/"; "gendisc" ] do
                  Expect.throwsT<UsageError> (fun () -> create [ name ]) name
          } ]
