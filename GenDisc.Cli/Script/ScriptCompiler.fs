/// The F# compiler as a library. Everything that names its types is here, because loading it costs a cached start
/// half a second: call this module from a function that is not inlined, and keep no value at module level.
module GenDisc.Cli.ScriptCompiler

open System
open System.IO
open FSharp.Compiler.CodeAnalysis
open FSharp.Compiler.Diagnostics
open FSharp.Compiler.Text

/// What a compilation left: a DLL in the work folder, the sources and extra references that went into it.
type Output =
    { Dll: string
      Sources: (string * string) list
      References: string list }

/// The symbol under which gendisc.fsx is empty.
[<Literal>]
let private HostedDefine = "--define:GENDISC_HOST"

/// Name of the value in AppContext through which a hosted script gets its arguments.
[<Literal>]
let ArgumentsSlot = "GenDisc.ScriptArguments"

/// F# Interactive's `fsi.CommandLineArgs` (script first), so that one script reads its arguments under either host.
let private prelude () =
    $"""[<AutoOpen>]
module internal GenDiscScriptHost
type HostedInteractive() =
    member _.CommandLineArgs: string array =
        match System.AppContext.GetData "{ArgumentsSlot}" with
        | :? (string array) as arguments -> arguments
        | _ -> [||]
let fsi = HostedInteractive()
"""

let private toDiagnostic (d: FSharpDiagnostic) =
    { File = d.FileName
      Line = d.StartLine
      Column = d.StartColumn + 1
      EndLine = d.EndLine
      EndColumn = d.EndColumn + 1
      IsError = (d.Severity = FSharpDiagnosticSeverity.Error)
      Code = d.ErrorNumberText
      Message = d.Message }

/// Errors and warnings; not those that a script's last line, `run …`, leaves its result unused (20), or that there is
/// no such line (988).
let private relevant (diagnostics: FSharpDiagnostic seq) =
    [ for d in diagnostics do
          let isNoise = d.ErrorNumber = 988 || d.ErrorNumber = 20 && d.StartColumn = 0

          match d.Severity with
          | FSharpDiagnosticSeverity.Error -> toDiagnostic d
          | FSharpDiagnosticSeverity.Warning when not isNoise -> toDiagnostic d
          | _ -> () ]

/// What every script sees without `#r`: the framework that runs the tool, FSharp.Core and the tool's libraries.
let private toolReferences (toolFolder: string) =
    let platform = string (AppContext.GetData "TRUSTED_PLATFORM_ASSEMBLIES")
    let framework = Path.GetDirectoryName typeof<obj>.Assembly.Location

    [ for file in platform.Split Path.PathSeparator do
          if Path.GetDirectoryName file = framework then
              file
      for name in [ "FSharp.Core.dll"; "TorchSharp.dll"; "GenDisc.Core.dll"; "GenDisc.Dsl.dll" ] do
          Path.Combine(toolFolder, name) ]

let private name (path: string) = string (Path.GetFileName path)

/// Compiles a script (absolute path) with its `#load` and `#r` closure into a DLL in `work`.
/// Warnings come with either outcome; an Error holds at least one error.
let compile (toolFolder: string) (script: string) (work: string) =
    let checker = FSharpChecker.Create()
    let tool = toolReferences toolFolder
    let mine = set [ "TorchSharp.dll"; "GenDisc.Core.dll"; "GenDisc.Dsl.dll" ]

    let flags =
        [| yield! [ HostedDefine; "--targetprofile:netcore" ]
           for file in tool do
               if mine.Contains(name file) then
                   "-r:" + file |]

    let options, closureMessages =
        checker.GetProjectOptionsFromScript(
            script,
            SourceText.ofString (File.ReadAllText script),
            assumeDotNetFramework = false,
            useSdkRefs = false,
            otherFlags = flags
        )
        |> Async.RunSynchronously

    let closure = relevant closureMessages

    if closure |> List.exists _.IsError then
        Error closure
    else
        let known = tool |> List.map name |> set

        // on a clash of names the tool's copy wins: two copies of one library would not share types
        let references =
            [ for option in options.OtherOptions do
                  if option.StartsWith("-r:", StringComparison.Ordinal) then
                      let file = option.Substring 3

                      if not (known.Contains(name file)) then
                          file ]

        let sources =
            [ for file in options.SourceFiles do
                  ScriptCache.hashFile file, file ]

        let dll = Path.Combine(work, "script.dll")
        let preludeFile = Path.Combine(work, "host.fs")
        File.WriteAllText(preludeFile, prelude ())

        let messages, failure =
            checker.Compile
                [| yield!
                       [ "fsc"
                         "-o:" + dll
                         "--target:exe"
                         "--optimize+"
                         "--debug:embedded"
                         "--nologo" ]
                   yield!
                       [ "--noframework"
                         "--targetprofile:netcore"
                         "--nowin32manifest"
                         "--nocopyfsharpcore" ]
                   HostedDefine
                   for file in tool @ references do
                       "-r:" + file
                   preludeFile
                   script |]
            |> Async.RunSynchronously

        let all = List.distinct (closure @ relevant messages)

        match failure with
        | _ when all |> List.exists _.IsError -> Error all
        | Some e -> raise e
        | None ->
            Ok(
                { Dll = dll
                  Sources = sources
                  References = references },
                all
            )
