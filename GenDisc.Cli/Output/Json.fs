/// Results as single lines of JSON, invariant; figures that are not finite numbers are left out.
module GenDisc.Cli.Json

open System
open System.IO
open System.Text
open System.Text.Json
open GenDisc

/// An object on one line.
let line (write: Utf8JsonWriter -> unit) =
    use stream = new MemoryStream()

    do
        use writer = new Utf8JsonWriter(stream)
        writer.WriteStartObject()
        write writer
        writer.WriteEndObject()

    Encoding.UTF8.GetString(stream.ToArray())

/// A property; none for NaN and infinities, which JSON does not have.
let number (writer: Utf8JsonWriter) (name: string) (x: float) =
    if Double.IsFinite x then
        writer.WriteNumber(name, x)

let metrics (writer: Utf8JsonWriter) (figures: (string * float) seq) =
    writer.WriteStartObject "metrics"

    for name, x in figures do
        number writer name x

    writer.WriteEndObject()

/// A run that has just ended: id, name, folder, metrics (`<split>.<metric>`), seconds, examplesPerSecond.
let result (r: RunResult) =
    line (fun writer ->
        writer.WriteString("id", r.Id)
        writer.WriteString("name", r.Name)
        writer.WriteString("folder", r.Folder)

        metrics
            writer
            (seq {
                for split, m in [ "train", r.Train; "validation", r.Validation; "test", r.Test ] do
                    for name in Wording.metricNames [ m ] do
                        split + "." + name, m[name]
            })

        number writer "seconds" r.Seconds
        number writer "examplesPerSecond" r.ExamplesPerSecond)
