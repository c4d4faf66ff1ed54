module GenDisc.Cli.Tests.SettingsTests

open System
open System.IO
open Expecto
open GenDisc
open GenDisc.Core.Runtime

let private variables (values: (string * string) list) : Settings.Lookup =
    fun name -> values |> List.tryFind (fun (n, _) -> n = name) |> Option.map snd

let tests =
    testList
        "Settings"
        [ test "a flag goes before its variable, and that before the default" {
              let env =
                  variables [ "GENDISC_DATA", "/d"; "GENDISC_RUNS", "/r"; "GENDISC_THREADS", "3" ]

              let none = variables []
              Expect.equal (Settings.dataFolder (Some "/f") env) (Some "/f") "data flag"
              Expect.equal (Settings.dataFolder None env) (Some "/d") "data variable"
              Expect.equal (Settings.dataFolder None none) None "data default"
              Expect.equal (Settings.runsFolder (Some "/f") env) "/f" "runs flag"
              Expect.equal (Settings.runsFolder None env) "/r" "runs variable"
              Expect.equal (Settings.runsFolder None none) "runs" "runs default"
              Expect.equal (Settings.threads (Some 2) env) (Some 2) "threads flag"
              Expect.equal (Settings.threads None env) (Some 3) "threads variable"
              Expect.equal (Settings.threads None none) None "threads default"
          }
          test "a thread count that is none is refused with its text" {
              for text in [ "0"; "-1"; "two"; "1.5"; " 2" ] do
                  let f () =
                      Settings.threads None (variables [ "GENDISC_THREADS", text ]) |> ignore

                  Expect.throwsC f (fun e ->
                      Expect.isTrue (e :? UserError) "a UserError"
                      Expect.stringContains e.Message ("'" + text + "'") "what it was")
          }
          test "the cache folder follows XDG, ignores a relative one, and falls back to HOME" {
              if OperatingSystem.IsWindows() then
                  skiptest "XDG is not used under Windows"

              let folder values = Settings.cacheFolder (variables values)
              Expect.equal (folder [ "XDG_CACHE_HOME", "/c"; "HOME", "/h" ]) "/c/gendisc" "XDG"
              Expect.equal (folder [ "XDG_CACHE_HOME", "c"; "HOME", "/h" ]) "/h/.cache/gendisc" "relative"
              Expect.equal (folder [ "HOME", "/h" ]) "/h/.cache/gendisc" "HOME"
              Expect.isTrue (Path.IsPathFullyQualified(folder [ "HOME", "h" ])) "never relative"
              Expect.equal (Settings.dataCache (variables [ "HOME", "/h" ])) "/h/.cache/gendisc/data" "data"
          } ]
