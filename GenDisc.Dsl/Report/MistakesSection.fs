/// The test examples that the model is most sure about, and wrong.
module internal GenDisc.Reporting.MistakesSection

open GenDisc.Reporting.Html

let private mostSeries = 6
let private mostListed = 50

let private sure (m: Mistake) =
    match m.Confidence with
    | Some c -> $"({Number.percent 1 c})"
    | None -> ""

let private pair (run: RunFolder) (m: Mistake) =
    $"{run.ClassName m.Truth} → {run.ClassName m.Predicted}"

let private named (run: RunFolder) (m: Mistake) = $"{pair run m} {sure m}".TrimEnd()

/// Numbered as the pictures are, row by row.
let private listing (run: RunFolder) (mistakes: Mistake list) =
    el
        "ol"
        [ "class", "mistakes" ]
        (mistakes
         |> List.truncate mostListed
         |> List.map (fun m -> el "li" [] [ text $"{pair run m} "; span "sure" (sure m) ]))

let private meaning = "true class → predicted class (confidence)"

let private mosaic (run: RunFolder) (numbers: Numbering) png =
    let mistakes = run.Evaluation |> Option.map _.Mistakes |> Option.defaultValue []

    let reading =
        if mistakes.IsEmpty then
            ""
        else
            $" The list goes through them row by row, ten to a row: {meaning}."

    [ picture
          "Test images that were classified wrongly with the highest confidence"
          png
          (numbered
              (numbers.Figure())
              [ text $"The test images that the model got wrong with the highest confidence.{reading}" ])
      if not mistakes.IsEmpty then
          listing run mistakes ]

let private series (run: RunFolder) (numbers: Numbering) =
    let shown = run.MistakeSeries |> List.truncate mostSeries

    let charts =
        shown
        |> List.mapi (fun i m ->
            Plot.sequence $"figure-mistake-{i}" (named run m) [ "value", m.Values ] (fun _ j -> Chart.colour j))

    [ Plot.group
          charts
          (numbered
              (numbers.Figure())
              [ text
                    $"The test sequences that the model got wrong with the highest confidence: {meaning}. Values are standardised, as the model sees them." ]) ]

let mistakes (run: RunFolder) (numbers: Numbering) =
    match run.MistakesPicture, run.MistakeSeries, run.Evaluation |> Option.map _.Mistakes with
    | Some png, _, _ -> mosaic run numbers png
    | None, _ :: _, _ -> series run numbers
    | None, [], Some(_ :: _ as mistakes) ->
        [ p [ text $"The mistakes that the model was most sure about: {meaning}." ]
          listing run (List.truncate 10 mistakes) ]
    | _ -> []
