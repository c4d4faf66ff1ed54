/// How much preparation changes the examples, and what it looks like.
module internal GenDisc.Running.PreparedLooks

open GenDisc
open GenDisc.Core.Data
open GenDisc.Reporting

let private columns = 10

let private numbers (split: Split) =
    [| for row in split.Indices.ToArray() do
           let example = Array.zeroCreate<float32> split.Data.ExampleSize
           Examples.Read(split.Data, row, System.Span example)
           example |]

/// Test images as they were, with what is wrong with them, and restored; what there is of it, by name.
let private versions (steps: Preparation list) (original: Split) (after: Split list) =
    let corruptions = steps |> List.takeWhile _.IsCorrupt |> List.length

    [ "original", original
      if corruptions > 0 then
          "corrupted", after[corruptions - 1]
      if corruptions < steps.Length then
          "restored", List.last after ]

/// Writes `preparation.json` and, of images, `preparation.png`; answers with the figure for the summary: the mean squared
/// error of the prepared test examples, per number, against what they were. `after` holds the test part after each step.
let write (file: string -> string) (data: Data) (original: Split) (after: Split list) : Map<string, float> =
    match after with
    | [] -> Map.empty
    | _ ->
        let rows = original.Indices

        let errors =
            after
            |> List.map (fun split -> Examples.MeanSquaredError(original.Data, split.Data, rows.Span))

        let versions = versions data.Prepared original after

        let shown =
            match List.ofSeq original.Data.ExampleShape with
            | [ 1 | 3 as c; h; w ] ->
                let some = (Figures.some columns original).Indices

                versions
                |> List.map (fun (_, split) -> numbers (Split(split.Data, some)))
                |> Mosaic.groups (file "preparation.png") columns (c, h, w)

                List.map fst versions
            | _ -> []

        Json.object
            [ "examples", Json.integer (int64 rows.Length)
              "steps",
              Json.list
                  [ for step, error in List.zip data.Prepared errors do
                        Json.object [ "step", Json.text (PreparationText.short step); "error", Json.number error ] ]
              "binarised", Json.truth data.Binarised
              "shown", Json.list (shown |> List.map Json.text) ]
        |> Json.line
        |> Atomic.writeText (file "preparation.json")

        Map.ofList [ "preparedError", List.last errors ]
