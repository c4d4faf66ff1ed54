/// Files that a kill at any moment leaves either as they were or as they were to be.
module internal GenDisc.Running.Atomic

open System.IO

/// Makes a folder to write to. Raises UserError where that cannot be.
let makeFolder (path: string) =
    try
        Directory.CreateDirectory path |> ignore
    with
    | :? IOException
    | :? System.UnauthorizedAccessException as e ->
        raise (
            GenDisc.Core.Runtime.UserError(
                $"the folder {path} cannot be written: {e.Message}\nChoose another with --runs DIR.",
                e
            )
        )

/// Writes next to `path` and renames over it.
let write (path: string) (fill: Stream -> unit) =
    let temporary = $"{path}.{System.Environment.ProcessId}.tmp"

    try
        (use stream = File.Create temporary
         fill stream
         stream.Flush true)

        File.Move(temporary, path, overwrite = true)
    finally
        File.Delete temporary

let writeText path (text: string) =
    write path (fun stream -> stream.Write(System.Text.Encoding.UTF8.GetBytes text))
