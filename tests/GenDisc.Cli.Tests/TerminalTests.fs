module GenDisc.Cli.Tests.TerminalTests

open System
open System.IO
open Expecto
open Spectre.Console
open GenDisc
open GenDisc.Cli
open GenDisc.Cli.Tests.Support

let private clearLine = "\r\u001b[2K"

let private terminal () =
    let writer = new StringWriter()

    let settings =
        AnsiConsoleSettings(
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.NoColors,
            Out = AnsiConsoleOutput writer
        )

    Terminal(writer, AnsiConsole.Create settings), writer

/// Runs events through the live display with the console redirected.
let private displayed (events: RunEvent list) =
    let saved = Console.Out
    let terminal, writer = terminal ()

    try
        do
            use display = new LiveProgress(terminal)
            events |> List.iter (display :> RunDisplay).Tell

        Expect.isTrue (Object.ReferenceEquals(saved, Console.Out)) "Console.Out is what it was"
        writer.ToString()
    finally
        Console.SetOut saved

let tests =
    testSequenced
    <| testList
        "Terminal"
        [ test "what stays removes the status line first" {
              let terminal, writer = terminal ()
              terminal.ShowStatus "moving"
              terminal.Permanent(fun console -> console.WriteLine "stays")
              Expect.stringContains (writer.ToString()) ("moving" + clearLine + "stays\n") "cleared, then written"
          }
          test "a status after half a line of the script's own begins a line" {
              let terminal, writer = terminal ()
              terminal.Pass(writer, "half")
              terminal.ShowStatus "moving"
              Expect.stringContains (writer.ToString()) ("half" + Environment.NewLine + "moving") "a line of its own"
          }
          test "the script's output goes where it would have gone" {
              let terminal, writer = terminal ()
              use other = new StringWriter()
              use passing = new PassingWriter(terminal, other)
              passing.Write 'a'
              passing.Write "b"
              passing.WriteLine "c"
              passing.Write([| 'x'; 'd'; 'x' |], 1, 1)
              passing.Write(null: string | null)
              Expect.equal (other.ToString()) ("abc" + Environment.NewLine + "d") "in order"
              Expect.equal (writer.ToString()) "" "nothing on the terminal's own writer"
          }
          test "a live run leaves its epochs and its table, and no status line or hidden cursor" {
              let text =
                  displayed
                      [ for i in 1..1000 do
                            RunEvent.Batch(1, 2, i, 1000, 100.0, 1.0)
                        RunEvent.Epoch(epochRecord, 2)
                        RunEvent.Warning "look [here]"
                        RunEvent.Finished result ]

              let shown = text.Split(clearLine).Length - 1
              Expect.stringContains text "epoch 2/2" "the epoch"
              Expect.stringContains text "warning: look [here]" "brackets are text, not markup"
              Expect.stringContains text "accuracy" "the table"
              Expect.isFalse (text.Contains "\u001b[?25l") "the cursor stays visible"
              Expect.isLessThan shown 50 "a thousand quick batches are not a thousand updates"
          }
          test "decoding leaves one line, in the words of decoding" {
              let text =
                  displayed
                      [ for n in 1L .. 3L do
                            RunEvent.Fetching("decoding a.zip", n, 3L)
                        RunEvent.Note "planned" ]

              Expect.stringContains text "decoding a.zip" "while it lasts"
              Expect.stringContains text (clearLine + "decoded a.zip\n") "what stays"
              Expect.isFalse (text.Contains "fetching") "no download"
          } ]
