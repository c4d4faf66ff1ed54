namespace GenDisc.Cli

open System
open System.Runtime.InteropServices
open System.Threading

module internal Native =
    [<DllImport("libc", EntryPoint = "_exit")>]
    extern void exitAtOnce(int code)

/// Ctrl-C and SIGTERM: the first asks a training run to stop after its batch; the second, or one that comes while
/// nothing trains, ends the process at once with exit code 130. `leave` then puts the terminal in order.
type internal Interrupt(say: string -> unit, leave: unit -> unit) =
    let source = new CancellationTokenSource()
    let mutable training = false

    let onSignal (context: PosixSignalContext) =
        context.Cancel <- true

        if training && not source.IsCancellationRequested then
            say "stopping after this batch… (again: stop at once)"
            source.Cancel()
        else
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

    /// Whether there is a run that heeds the token.
    member _.Training
        with get () = Volatile.Read &training
        and set (value: bool) = Volatile.Write(&training, value)

    interface IDisposable with
        member _.Dispose() =
            registrations |> List.iter _.Dispose()
            source.Dispose()
