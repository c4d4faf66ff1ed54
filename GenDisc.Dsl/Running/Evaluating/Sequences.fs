/// Example sequences, for the report to draw.
module internal GenDisc.Running.Sequences

open System
open GenDisc.Core.Data
open GenDisc.Running.Examined

let private perClass = 3
let private mostClasses = 10

/// The features of one example over its real steps, one line each.
let lines (data: Dataset) (row: int) steps features (values: float32[]) : Json.Node =
    let real = if data.Lengths.IsEmpty then steps else data.Lengths.Span[row]

    Json.list
        [ for f in 0 .. features - 1 do
              Json.list
                  [ for t in 0 .. real - 1 do
                        Json.number (Math.Round(float values[t * features + f], 4)) ] ]

/// Writes `sequences.json`: the first training examples of every class.
let write (s: Subject) (train: Split) =
    match List.ofSeq train.Data.ExampleShape with
    | [ steps; features ] when train.Data.Classes > 0 ->
        let data = train.Data

        Json.object
            [ "series",
              Json.list
                  [ for label, rows in
                        train.Indices.ToArray()
                        |> Array.groupBy (fun i -> data.Labels.Span[i])
                        |> Array.sortBy fst
                        |> Array.truncate mostClasses do
                        for row in Array.truncate perClass rows do
                            let values = data.Values.Slice(row * data.ExampleSize, data.ExampleSize).ToArray()

                            Json.object
                                [ "class", Json.integer (int64 label)
                                  "values", lines data row steps features values ] ] ]
        |> Json.line
        |> Atomic.writeText (s.File "sequences.json")
    | _ -> ()
