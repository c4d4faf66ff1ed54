namespace GenDisc.Cli

open System
open System.IO
open System.Security.Cryptography
open System.Text

/// A script as a DLL, and everything that went into it.
type CompiledScript =
    {
        Dll: string
        DllHash: string
        /// Hash and path of every source file.
        Sources: (string * string) list
        /// Assemblies that the script itself referenced (`#r`), beyond the tool's own.
        References: string list
    }

/// Compiled scripts in a folder that any number of processes may share: names are hashes of contents, files arrive by
/// rename only, and what is read is verified, so the worst that a damaged entry can do is cost a compilation.
module ScriptCache =
    let private unusedDays = 30.0

    let hash (bytes: byte array) =
        Convert.ToHexString(SHA256.HashData bytes)

    let hashFile (path: string) = hash (File.ReadAllBytes path)

    let private toolAssemblies =
        [ "FSharp.Compiler.Service.dll"
          "FSharp.Core.dll"
          "GenDisc.Core.dll"
          "GenDisc.Dsl.dll"
          "TorchSharp.dll"
          "gendisc.dll" ]

    /// Changes with the tool, the language or the compiler. Times and lengths, since reading module ids would load the
    /// compiler's assembly, which a cached start must not.
    let private toolStamp (toolFolder: string) =
        [ for name in toolAssemblies do
              let file = FileInfo(Path.Combine(toolFolder, name))
              $"{name}:{(if file.Exists then file.Length else 0L)}:{file.LastWriteTimeUtc.Ticks}" ]

    /// Names the cache entry of a script: its path, its text and the tool.
    let key (toolFolder: string) (script: string) =
        let parts =
            script :: hashFile script :: string Environment.Version :: toolStamp toolFolder

        (hash (Encoding.UTF8.GetBytes(String.Join('\000', parts)))).Substring(0, 24)

    let private manifestPath (folder: string) (key: string) = Path.Combine(folder, key + ".manifest")

    let private isCurrent (entry: CompiledScript) =
        hashFile entry.Dll = entry.DllHash
        && entry.Sources |> List.forall (fun (h, file) -> hashFile file = h)
        && entry.References |> List.forall File.Exists

    let private touch (path: string) =
        if DateTime.UtcNow - File.GetLastWriteTimeUtc path > TimeSpan.FromDays 1.0 then
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow)

    /// The entry of this key, if it is whole and no source has changed since.
    let tryFind (folder: string) (key: string) =
        try
            let manifest = manifestPath folder key

            if not (File.Exists manifest) then
                None
            else
                let rows = File.ReadAllLines manifest |> Array.map _.Split('\t') |> List.ofArray

                let entry =
                    rows
                    |> List.tryPick (function
                        | [| "dll"; h; name |] ->
                            Some
                                { Dll = Path.Combine(folder, string (Path.GetFileName name))
                                  DllHash = h
                                  Sources =
                                    rows
                                    |> List.choose (function
                                        | [| "source"; h; file |] -> Some(h, file)
                                        | _ -> None)
                                  References =
                                    rows
                                    |> List.choose (function
                                        | [| "reference"; file |] -> Some file
                                        | _ -> None) }
                        | _ -> None)
                    |> Option.filter isCurrent

                entry |> Option.iter (fun e -> List.iter touch [ manifest; e.Dll ])
                entry
        with
        | :? IOException
        | :? UnauthorizedAccessException
        | :? ArgumentException -> None

    /// Moves a DLL just compiled into the folder and writes its manifest.
    let store (folder: string) (key: string) (dll: string) (sources: (string * string) list) (references: string list) =
        let dllHash = hashFile dll
        let name = $"{key}-{dllHash.Substring(0, 16)}.dll"
        let target = Path.Combine(folder, name)
        File.Move(dll, target, true)

        let manifest = dll + ".manifest"

        File.WriteAllLines(
            manifest,
            [ yield $"dll\t{dllHash}\t{name}"
              for h, file in sources do
                  yield $"source\t{h}\t{file}"
              for file in references do
                  yield $"reference\t{file}" ]
        )

        File.Move(manifest, manifestPath folder key, true)

        { Dll = target
          DllHash = dllHash
          Sources = sources
          References = references }

    /// Removes what no run has used for a month, and what compilations that were killed left behind.
    let evict (folder: string) =
        let olderThan (days: float) (time: DateTime) =
            DateTime.UtcNow - time > TimeSpan.FromDays days

        try
            for file in DirectoryInfo(folder).EnumerateFiles() do
                if olderThan unusedDays file.LastWriteTimeUtc then
                    file.Delete()

            for work in DirectoryInfo(folder).EnumerateDirectories "work-*" do
                if olderThan 1.0 work.LastWriteTimeUtc then
                    work.Delete true
        with
        | :? IOException
        | :? UnauthorizedAccessException -> () // another process was faster, or the folder is not ours to clean
