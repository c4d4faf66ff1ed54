namespace GenDisc.Cli

open System
open System.Runtime.InteropServices
open System.Threading

module internal Native =
    [<DllImport("libc", EntryPoint = "_exit")>]
    extern void exitAtOnce(int code)

/// Ctrl-C and SIGTERM: the first asks whatever heeds the token to stop; the second, or one that comes while nothing
/// heeds it, ends the process at once with exit code 130. `leave` then puts the terminal in order.
type internal Interrupt(say: string -> unit, leave: unit -> unit) =
    let source = new CancellationTokenSource()
    let mutable stopping: string option = None

    let onSignal (context: PosixSignalContext) =
        context.Cancel <- true

        match Volatile.Read &stopping with
        | Some words when not source.IsCancellationRequested ->
            say (words + " (again: stop at once)")
            source.Cancel()
        | _ ->
            leave ()
            Console.Out.Flush()

            // an orderly exit would take libtorch apart under the thread that still computes with it
            if not (OperatingSystem.IsWindows()) then
                Native.exitAtOnce ExitCode.Interrupted

            exit ExitCode.Interrupted

    let registrations =
        [ PosixSignal.SIGINT; PosixSignal.SIGTERM ]
        |> List.map (fun signal -> PosixSignalRegistration.Create(signal, onSignal))

    member _.Token = source.Token

    /// What to say at the first signal, while there is something that heeds the token.
    member _.Stopping
        with get () = Volatile.Read &stopping
        and set (value: string option) = Volatile.Write(&stopping, value)

    interface IDisposable with
        member _.Dispose() =
            registrations |> List.iter _.Dispose()
            source.Dispose()
