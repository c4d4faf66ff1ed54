/// Compiles a script once, keeps the result, and runs it in this process.
module GenDisc.Cli.ScriptHost

open System
open System.IO
open System.Reflection
open System.Runtime.CompilerServices
open System.Runtime.Loader

/// Not collectible: static fields of collectible code are slow to reach (a hot loop over one ran 2.5 times slower).
/// Names it does not map fall back to the tool's own assemblies, so script and tool share types.
type private ScriptContext(references: Map<string, string>) =
    inherit AssemblyLoadContext("gendisc-script", isCollectible = false)

    override this.Load(name: AssemblyName) : Assembly | null =
        match Map.tryFind (string name.Name) references with
        | Some path -> this.LoadFromAssemblyPath path
        | None -> null

let private isFileTrouble (e: exn) =
    match e with
    | :? IOException
    | :? UnauthorizedAccessException -> true
    | _ -> false

/// A folder of our own inside the cache; a private temporary one where the cache cannot be written.
let private workFolder (cache: string) =
    try
        Directory.CreateDirectory cache |> ignore
        let work = Path.Combine(cache, $"work-{Guid.NewGuid():N}")
        Directory.CreateDirectory work |> ignore
        File.WriteAllText(Path.Combine(work, "writable"), "")
        work, true
    with e when isFileTrouble e ->
        Directory.CreateTempSubdirectory("gendisc-").FullName, false

[<MethodImpl(MethodImplOptions.NoInlining)>]
let private compile (cache: string) (toolFolder: string) (script: string) (key: string) =
    let work, cached = workFolder cache

    try
        match ScriptCompiler.compile toolFolder script work with
        | Error messages -> Error messages
        | Ok(output, warnings) ->
            let folder = if cached then cache else work
            let entry = ScriptCache.store folder key output.Dll output.Sources output.References

            if cached then
                ScriptCache.evict cache

            Ok(entry, warnings)
    finally
        if cached then
            Directory.Delete(work, true)
        else
            // the DLL must live as long as the script runs
            AppDomain.CurrentDomain.ProcessExit.Add(fun _ ->
                try
                    Directory.Delete(work, true)
                with e when isFileTrouble e ->
                    ())

/// The script as a DLL, from the cache where nothing changed, with the compiler's warnings (none from the cache);
/// or its errors. `script` is an absolute path.
let prepare (cache: string) (toolFolder: string) (script: string) =
    let key = ScriptCache.key toolFolder script

    match ScriptCache.tryFind cache key with
    | Some entry -> Ok(entry, [])
    | None -> compile cache toolFolder script key

/// Runs the script's top-level code and answers its assembly; what it throws comes out as thrown. `arguments` follow the
/// script's own path in `fsi.CommandLineArgs`.
let execute (entry: CompiledScript) (script: string) (arguments: string list) =
    AppContext.SetData(ScriptCompiler.ArgumentsSlot, Array.ofList (script :: arguments))

    let references =
        Map.ofList
            [ for file in entry.References do
                  string (Path.GetFileNameWithoutExtension file), file ]

    let assembly = ScriptContext(references).LoadFromAssemblyPath entry.Dll

    match assembly.EntryPoint with
    | null -> invalidOp $"the compiled script {entry.Dll} has no entry point"
    | main ->
        let parameters: obj array =
            if main.GetParameters().Length = 1 then [| Array.ofList arguments |] else [||]

        // without the wrapper that reflection puts around what the script throws
        main.Invoke(null, BindingFlags.DoNotWrapExceptions, null, parameters, null)
        |> ignore

        assembly
