namespace GenDisc.Running

open System
open System.IO
open GenDisc
open GenDisc.Core.Runtime

/// Where a run lives. A finished run is never touched until its successor is complete: training again happens in
/// `<id>.fresh`, which takes the place of `<id>` at the end.
type internal RunFolder private (final: string, work: string, guard: FileStream) =

    static let finished folder =
        File.Exists(Path.Combine(folder, "result.json"))
        && ResultFile.tryRead folder |> Option.exists (fun r -> r.Status = Status.Done)

    static let lock (folder: string) =
        try
            new FileStream(
                Path.Combine(folder, ".lock"),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None,
                1,
                FileOptions.DeleteOnClose
            )
        with :? IOException as e ->
            raise (
                UserError(
                    $"{folder} is in use: another process is training this experiment.\nWait for it, or stop it. ({e.Message})",
                    e
                )
            )

    /// A stop between two renames left only `<id>.old`: put it back.
    static let recover (final: string) =
        let old = final + ".old"

        if Directory.Exists old then
            if Directory.Exists final then
                Directory.Delete(old, true)
            else
                Directory.Move(old, final)

    /// The folder that files are written to while the run lasts.
    member _.Path = work

    /// Opens the folder for training; the lock lasts until disposal.
    static member Open(runs: string, id: string) =
        let final = Path.GetFullPath(Path.Combine(runs, id))

        try
            Directory.CreateDirectory runs |> ignore
            recover final
            let work = if finished final then final + ".fresh" else final
            Directory.CreateDirectory(Path.Combine(work, "figures")) |> ignore
            let guard = lock work

            // What an earlier, unfinished attempt left would otherwise pass for this one's.
            for stale in [ "result.json"; "metrics.jsonl"; "report.html"; "model.safetensors" ] do
                File.Delete(Path.Combine(work, stale))

            for figure in Directory.GetFiles(Path.Combine(work, "figures")) do
                File.Delete figure

            new RunFolder(final, work, guard)
        with
        | :? UnauthorizedAccessException
        | :? IOException as e ->
            raise (
                UserError($"the run folder {final} cannot be written: {e.Message}\nChoose another with --runs DIR.", e)
            )

    member _.File name = Path.Combine(work, name)

    /// Lets a complete run take the place of the one before it.
    /// Returns the folder where it now is.
    member _.Complete() =
        if work = final then
            final
        else
            guard.Dispose() // an open file would hold the folder back on Windows
            Directory.Move(final, final + ".old")
            Directory.Move(work, final)
            Directory.Delete(final + ".old", true)
            final

    /// The finished run of this id, if there is one.
    static member TryFinished(runs: string, id: string) =
        let final = Path.GetFullPath(Path.Combine(runs, id))

        if Directory.Exists(final + ".old") then
            recover final

        if finished final then ResultFile.tryRead final else None

    interface IDisposable with
        member _.Dispose() = guard.Dispose()
