namespace GenDisc.Running

open System
open System.IO
open GenDisc
open GenDisc.Core.Runtime

/// Where a run lives. What an earlier run left, finished or not, is never touched until its successor is written:
/// then training happens in `<id>.fresh`, which takes the place of `<id>` at the end. A lock beside the folder keeps
/// processes that train the same experiment apart.
type internal RunFolder private (final: string, work: string, guard: FileStream) =

    static let has (folder: string) name = File.Exists(Path.Combine(folder, name))

    static let finished folder =
        match ResultFile.tryRead folder with
        | Some result when result.Status = Status.Done && has folder "model.safetensors" -> Some result
        | _ -> None

    static let tryLock (runs: string) (id: string) =
        try
            Ok(
                new FileStream(
                    Path.Combine(runs, $".{id}.lock"),
                    FileMode.OpenOrCreate,
                    FileAccess.ReadWrite,
                    FileShare.None,
                    1,
                    FileOptions.DeleteOnClose
                )
            )
        with
        | :? IOException
        | :? UnauthorizedAccessException as e -> Error e

    /// A stop between two renames left only `<id>.old`: put it back. Only under the lock.
    static let recover (final: string) =
        let old = final + ".old"

        if Directory.Exists old then
            if Directory.Exists final then
                Directory.Delete(old, true)
            else
                Directory.Move(old, final)

    /// What a killed attempt left would otherwise pass for this one's.
    static let emptied (folder: string) =
        if Directory.Exists folder then
            Directory.Delete(folder, true)

        Directory.CreateDirectory(Path.Combine(folder, "figures")) |> ignore
        folder

    /// The folder that files are written to while the run lasts.
    member _.Path = work

    member _.File name = Path.Combine(work, name)

    /// Where what has this id lies, finished or not.
    static member PathOf(runs: string, id: string) =
        Path.GetFullPath(Path.Combine(runs, id))

    /// Opens the folder for training; the lock lasts until disposal.
    /// Raises UserError when it cannot be written or another process holds it.
    static member Open(runs: string, id: string) =
        let final = RunFolder.PathOf(runs, id)

        let unwritable (e: exn) =
            UserError($"the run folder {final} cannot be written: {e.Message}\nChoose another with --runs DIR.", e)

        try
            Directory.CreateDirectory runs |> ignore

            match tryLock runs id with
            | Error(:? UnauthorizedAccessException as e) -> raise (unwritable e)
            | Error e ->
                raise (
                    UserError(
                        $"{final} is in use: another process is training this experiment.\nWait for it, or stop it. ({e.Message})",
                        e
                    )
                )
            | Ok guard ->
                try
                    recover final
                    let work = if has final "result.json" then final + ".fresh" else final
                    new RunFolder(final, emptied work, guard)
                with _ ->
                    guard.Dispose()
                    reraise ()
        with
        | :? UnauthorizedAccessException
        | :? IOException as e -> raise (unwritable e)

    /// Lets the run take the place of what was there before, unless that was finished and this is not. Returns the
    /// folder where it now is.
    member _.Settle(status: Status) =
        if work = final then
            final
        elif status <> Status.Done && Option.isSome (finished final) then
            work
        else
            Directory.Move(final, final + ".old")
            Directory.Move(work, final)
            Directory.Delete(final + ".old", true)
            final

    /// The finished run of this id, if there is one.
    static member TryFinished(runs: string, id: string) =
        let final = RunFolder.PathOf(runs, id)

        if Directory.Exists(final + ".old") then
            match tryLock runs id with
            | Ok guard ->
                use _held = guard
                recover final
            | Error _ -> () // whoever holds the lock is putting things in place

        finished final

    interface IDisposable with
        member _.Dispose() = guard.Dispose()
