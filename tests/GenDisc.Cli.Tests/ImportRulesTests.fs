/// The import rules of the house: who may know of whom. They are read off `open`, `using`, qualified names and project
/// references of every source file.
module GenDisc.Cli.Tests.ImportRulesTests

open System
open System.IO
open System.Text.RegularExpressions
open Expecto
open GenDisc.Cli.Tests.Support

let private isBuilt (path: string) =
    path.Split Path.DirectorySeparatorChar
    |> Array.exists (fun part -> part = "bin" || part = "obj")

/// Path from the repository's top (with '/') and text without comments, of all files of these kinds in a folder.
let private sources (folder: string) (patterns: string list) =
    let top = Path.Combine(repository, folder)

    [ if Directory.Exists top then
          for pattern in patterns do
              for file in Directory.GetFiles(top, pattern, SearchOption.AllDirectories) do
                  let relative = Path.GetRelativePath(repository, file)

                  if not (isBuilt relative) then
                      let lines =
                          File.ReadAllLines file
                          |> Array.map (fun line -> Regex.Replace(line, @"(^|\s)//.*$", ""))

                      relative.Replace('\\', '/'), String.Join("\n", lines) ]

/// Files among these that mention what they must not.
let private offenders (pattern: string) (files: (string * string) list) =
    [ for file, text in files do
          let m = Regex.Match(text, pattern)

          if m.Success then
              $"{file}: {m.Value}" ]

let private runsPlans (file: string) =
    let name = string (Path.GetFileName file)

    file.StartsWith("GenDisc.Dsl/Report/", StringComparison.Ordinal)
    || file.StartsWith("GenDisc.Dsl/Running/", StringComparison.Ordinal)
    || List.contains
        name
        [ "Compile.fs"
          "CompileMachines.fs"
          "CompileDiffusion.fs"
          "CompileTraining.fs"
          "Figures.fs"
          "Host.fs"
          "Settings.fs" ]
    || name.StartsWith("Run", StringComparison.Ordinal)

let private projects =
    lazy
        ([ "GenDisc.Core"; "GenDisc.Dsl"; "GenDisc.Cli"; "tests"; "benchmarks" ]
         |> List.collect (fun folder -> sources folder [ "*.csproj"; "*.fsproj" ]))

let private references (project: string) =
    [ for file, text in projects.Value do
          if string (Path.GetFileNameWithoutExtension file) = project then
              for m in Regex.Matches(text, "(?:Project|Package)Reference Include=\"([^\"]+)\"") do
                  string (Path.GetFileName(m.Groups[1].Value.Replace('\\', '/'))) ]

let tests =
    testList
        "Import rules"
        [ test "the rules look at real files" {
              for folder, pattern in [ "GenDisc.Core", "*.cs"; "GenDisc.Dsl", "*.fs"; "GenDisc.Cli", "*.fs" ] do
                  Expect.isNonEmpty (sources folder [ pattern ]) folder

              Expect.isNonEmpty (offenders "namespace" (sources "GenDisc.Core" [ "*.cs" ])) "patterns find"
          }
          test "Core knows no F#, no DSL, no console, no environment variable, no wall clock" {
              let core = sources "GenDisc.Core" [ "*.cs" ]

              for pattern in
                  [ @"\b(?:using|namespace)\s+(?:static\s+)?(?:Microsoft\.FSharp|FSharp)\b"
                    @"\bGenDisc\.(?:Dsl|Cli)\b"
                    @"\bConsole\."
                    @"\bGetEnvironmentVariable"
                    @"\bDateTime(?:Offset)?\.(?:Utc)?(?:Now|Today)\b" ] do
                  Expect.isEmpty (offenders pattern core) pattern

              let allowed = Set.ofList [ "TorchSharp"; "StbImageSharp"; "CsvHelper" ]
              Expect.isEmpty (Set.difference (set (references "GenDisc.Core")) allowed) "references of Core"
          }
          test "in Dsl only what runs plans touches Core and TorchSharp" {
              // UserError is how every part tells a user's mistake
              let declaring =
                  sources "GenDisc.Dsl" [ "*.fs" ]
                  |> List.filter (fst >> runsPlans >> not)
                  |> List.map (fun (file, text) ->
                      file, Regex.Replace(text, @"GenDisc\.Core\.Runtime\.UserError", "UserError"))

              Expect.isEmpty (offenders @"\bTorchSharp\b|\bGenDisc\.Core\b" declaring) "declaring, checking, printing"

              let telling = "GenDisc.Dsl/Progress/"

              let silent =
                  declaring |> List.filter (fun (file, _) -> not (file.StartsWith telling))

              Expect.isEmpty (offenders @"\b(?:File|Directory)\.\w" silent) "no file is opened"
          }
          test "Cli sees Dsl: no tensors, and of Core only the user's mistake" {
              let cli = sources "GenDisc.Cli" [ "*.fs" ]
              Expect.isEmpty (offenders @"\bopen\s+TorchSharp\b|\btorch\." cli) "tensors"
              Expect.isEmpty (offenders @"\bopen\s+GenDisc\.Core\.(?!Runtime\b)\w+" cli) "Core"
              Expect.isFalse (references "GenDisc.Cli" |> List.contains "GenDisc.Core.csproj") "reference"
          }
          test "nothing references Cli but its tests" {
              for file, text in projects.Value do
                  let refers = Regex.IsMatch(text, @"ProjectReference[^>]*GenDisc\.Cli\.fsproj")
                  let name = string (Path.GetFileName file)
                  Expect.equal refers (refers && name = "GenDisc.Cli.Tests.fsproj") (file + " must not reference Cli")

              let others =
                  sources "GenDisc.Core" [ "*.cs" ]
                  @ sources "GenDisc.Dsl" [ "*.fs" ]
                  @ sources "benchmarks" [ "*.cs" ]

              Expect.isEmpty (offenders @"\b(?:open|using)\s+GenDisc\.Cli\b" others) "by name"
          }
          test "every file of tests is among the tests that run" {
              for project in [ "GenDisc.Core.Tests"; "GenDisc.Dsl.Tests"; "GenDisc.Cli.Tests" ] do
                  let folder = "tests/" + project
                  let program = sources folder [ "Program.fs" ] |> List.map snd |> String.concat "\n"

                  for file, text in sources folder [ "*Tests.fs" ] do
                      if Regex.IsMatch(text, @"(?m)^let tests\b") then
                          let name = string (Path.GetFileNameWithoutExtension file)
                          Expect.isTrue (Regex.IsMatch(program, $@"\b{name}\.tests\b")) (file + " is run")
          }
          test "experiments open GenDisc and nothing beneath it" {
              let experiments = sources "experiments" [ "*.fsx" ]
              Expect.isEmpty (offenders @"\bGenDisc\.(?:Core|Cli)\b|\bTorchSharp\b|#r\b" experiments) "imports"

              for file, text in experiments do
                  Expect.isTrue (Regex.IsMatch(text, @"(?m)^open GenDisc\s*$")) (file + " opens GenDisc")
          } ]
