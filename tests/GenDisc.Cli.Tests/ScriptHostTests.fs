module GenDisc.Cli.Tests.ScriptHostTests

open System
open System.IO
open Expecto
open GenDisc
open GenDisc.Cli
open GenDisc.Cli.Tests.Support

let private host (tell: RunEvent -> unit) : HostOptions =
    { CheckOnly = false
      Runs = "runs"
      Data = None
      Seed = None
      Epochs = None
      Threads = None
      Device = "cpu"
      Kernels = None
      Fresh = false
      Full = false
      Child = None
      Lane = None
      Cancel = Threading.CancellationToken.None
      Tell = tell }

let private prepared (cache: string) (script: string) =
    match ScriptHost.prepare cache toolFolder script with
    | Ok(entry, _) -> entry
    | Error messages -> failtestf "does not compile: %A" messages

/// Notes that a script tells its host.
let private notes (entry: CompiledScript) (script: string) (arguments: string list) =
    let told = ResizeArray<string>()

    let tell event =
        match event with
        | RunEvent.Note text -> told.Add text
        | _ -> ()

    Host.using (host tell) (fun () -> ScriptHost.execute entry script arguments |> ignore)
    List.ofSeq told

let private telling (text: string) =
    "open GenDisc\n(Host.tryCurrent ()).Value.Tell(RunEvent.Note(" + text + "))\n"

let tests =
    testSequenced
    <| testList
        "ScriptHost"
        [ test "a script finds its host and its arguments, and is compiled once" {
              use folder = new TempFolder()
              let cache = folder.File "cache"

              let script =
                  folder.Write("a.fsx", telling "System.String.Join(\"|\", Array.tail fsi.CommandLineArgs)")

              let first = prepared cache script
              Expect.equal (notes first script [ "-x"; "y z" ]) [ "-x|y z" ] "the arguments"
              let written = File.GetLastWriteTimeUtc first.Dll
              let second = prepared cache script
              Expect.equal second first "the same entry"
              Expect.equal (File.GetLastWriteTimeUtc second.Dll) written "not compiled again"
              Expect.isEmpty (Directory.GetDirectories cache) "no work folder is left"
          }
          test "a change in a loaded file or in the script compiles anew" {
              use folder = new TempFolder()
              let cache = folder.File "cache"
              let part = folder.Write("part.fsx", "let word = \"one\"\n")
              let script = folder.Write("b.fsx", "#load \"part.fsx\"\n" + telling "Part.word")
              Expect.equal (notes (prepared cache script) script []) [ "one" ] "as loaded"
              File.WriteAllText(part, "let word = \"two\"\n")
              Expect.equal (notes (prepared cache script) script []) [ "two" ] "the loaded file changed"
              File.WriteAllText(script, "#load \"part.fsx\"\n" + telling "Part.word + Part.word")
              Expect.equal (notes (prepared cache script) script []) [ "twotwo" ] "the script changed"
          }
          test "a damaged cache entry costs a compilation, never a failure" {
              use folder = new TempFolder()
              let cache = folder.File "cache"
              let script = folder.Write("c.fsx", telling "\"ok\"")
              let good = prepared cache script
              let manifest = Directory.GetFiles(cache, "*.manifest") |> Array.exactlyOne
              let rows = File.ReadAllText manifest

              let damages: (string * (unit -> unit)) list =
                  [ "DLL cut off", (fun () -> File.WriteAllBytes(good.Dll, (File.ReadAllBytes good.Dll)[..99]))
                    "DLL gone", (fun () -> File.Delete good.Dll)
                    "manifest empty", (fun () -> File.WriteAllText(manifest, ""))
                    "manifest binary", (fun () -> File.WriteAllBytes(manifest, [| 0uy; 255uy; 9uy; 10uy |]))
                    "source unknown", (fun () -> File.WriteAllText(manifest, rows + "source\tX\t/nowhere\000\n")) ]

              for name, damage in damages do
                  damage ()
                  Expect.equal (notes (prepared cache script) script []) [ "ok" ] name
          }
          test "where the cache cannot be written the script runs from a temporary folder" {
              use folder = new TempFolder()
              let cache = folder.Write("a-file", "")
              let script = folder.Write("d.fsx", telling "\"ok\"")
              Expect.equal (notes (prepared cache script) script []) [ "ok" ] "it runs"
          }
          test "entries that no run used for a month are removed by the next compilation" {
              use folder = new TempFolder()
              let cache = folder.File "cache"
              let ``old`` = folder.Write("cache/old.manifest", "")
              let fresh = folder.Write("cache/fresh.manifest", "")
              File.SetLastWriteTimeUtc(``old``, DateTime.UtcNow.AddDays -31.0)
              File.SetLastWriteTimeUtc(fresh, DateTime.UtcNow.AddDays -29.0)
              prepared cache (folder.Write("e.fsx", "()\n")) |> ignore
              Expect.isFalse (File.Exists ``old``) "31 days"
              Expect.isTrue (File.Exists fresh) "29 days"
          }
          test "errors carry their place; a result left unused at the top level is no warning" {
              use folder = new TempFolder()
              let cache = folder.File "cache"
              let wrong = folder.Write("f.fsx", "let a = 1\nlet b = a + \"x\"\n")

              match ScriptHost.prepare cache toolFolder wrong with
              | Ok _ -> failtest "it must not compile"
              | Error messages ->
                  let e = messages |> List.find _.IsError
                  Expect.equal (e.File, e.Line, e.Column, e.Code) (wrong, 2, 13, "FS0001") "place and code"

              match ScriptHost.prepare cache toolFolder (folder.Write("g.fsx", "id 3\n")) with
              | Ok(_, warnings) -> Expect.isEmpty warnings "no FS0020"
              | Error messages -> failtestf "does not compile: %A" messages
          }
          test "experiments that a script binds are found by name" {
              use folder = new TempFolder()

              let script =
                  folder.Write("h.fsx", "open GenDisc\nlet mine: Experiment = Unchecked.defaultof<_>\n")

              let entry = prepared (folder.File "cache") script

              let assembly =
                  Host.using (host ignore) (fun () -> ScriptHost.execute entry script [])

              Expect.equal (ScriptFile.declared assembly) [ "mine" ] "the binding"
          } ]
