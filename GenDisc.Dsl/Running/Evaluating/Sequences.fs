/// Example sequences, for the report to draw.
module internal GenDisc.Running.Sequences

open System
open GenDisc.Core.Data
open GenDisc.Running.Examined

let private perClass = 3
let private mostClasses = 10

/// The features of one row of a data set of sequences over its real steps, one line each.
let private lines (data: Dataset) (row: int) : Json.Node =
    let features = data.ExampleShape[1]

    let real =
        if data.Lengths.IsEmpty then data.ExampleShape[0] else data.Lengths.Span[row]

    let values = data.Values.Slice(row * data.ExampleSize, real * features).ToArray()

    Json.list
        [ for f in 0 .. features - 1 do
              Json.list
                  [ for t in 0 .. real - 1 do
                        Json.number (Math.Round(float values[t * features + f], 4)) ] ]

/// The same of the example at a position of a split: its row is another where the split is a part of its data.
let linesAt (split: Split) (position: int) =
    lines split.Data split.Indices.Span[position]

/// Writes `sequences.json`: the first training examples of every class.
let write (s: Subject) (train: Split) =
    match List.ofSeq train.Data.ExampleShape with
    | [ _; _ ] when train.Data.Classes > 0 ->
        let data = train.Data

        Json.object
            [ "series",
              Json.list
                  [ for label, rows in
                        train.Indices.ToArray()
                        |> Array.filter (fun i -> data.Labels.Span[i] <> Dataset.Hidden)
                        |> Array.groupBy (fun i -> data.Labels.Span[i])
                        |> Array.sortBy fst
                        |> Array.truncate mostClasses do
                        for row in Array.truncate perClass rows do
                            Json.object [ "class", Json.integer (int64 label); "values", lines data row ] ] ]
        |> Json.line
        |> Atomic.writeText (s.File "sequences.json")
    | _ -> ()
