namespace GenDisc.Cli

open System
open System.IO
open System.Text
open Spectre.Console

/// A terminal with one status line at its bottom. Whatever else is written removes the status line first, and it comes
/// back with the next event; so the script may print what it likes. The cursor is never hidden.
type internal Terminal(writer: TextWriter, console: IAnsiConsole) =
    let gate = obj ()
    let mutable statusShown = false
    let mutable midLine = false

    let clear () =
        if statusShown then
            writer.Write "\r\u001b[2K"
            statusShown <- false

    let freshLine () =
        clear ()

        if midLine then
            writer.WriteLine()
            midLine <- false

    /// Columns, read each time since windows are resized.
    member _.Width =
        try
            match Console.WindowWidth with
            | width when width > 0 -> width
            | _ -> 80
        with :? IOException ->
            80

    member _.Unicode = console.Profile.Capabilities.Unicode

    member _.ShowStatus(markup: string) =
        lock gate (fun () ->
            freshLine ()
            console.Markup markup
            writer.Flush()
            statusShown <- true)

    member _.ClearStatus() =
        lock gate (fun () ->
            clear ()
            writer.Flush())

    /// Writes what stays.
    member this.Permanent(write: IAnsiConsole -> unit) =
        lock gate (fun () ->
            freshLine ()
            console.Profile.Width <- this.Width
            write console
            writer.Flush())

    /// Text of the script's own.
    member _.Pass(target: TextWriter, text: string) =
        if text.Length > 0 then
            lock gate (fun () ->
                clear ()
                writer.Flush()
                target.Write text
                target.Flush()
                midLine <- not (text.EndsWith '\n'))

/// Stands in for Console.Out and Console.Error while a status line may be shown.
type internal PassingWriter(terminal: Terminal, target: TextWriter) =
    inherit TextWriter()
    override _.Encoding: Encoding = target.Encoding
    override _.Write(c: char) = terminal.Pass(target, string c)

    override _.Write(text: string | null) =
        match text with
        | null -> ()
        | text -> terminal.Pass(target, text)

    override _.Write(buffer: char array, index: int, count: int) =
        terminal.Pass(target, String(buffer, index, count))

    override _.WriteLine(text: string | null) =
        terminal.Pass(target, string text + Environment.NewLine)

    override _.Flush() = target.Flush()
