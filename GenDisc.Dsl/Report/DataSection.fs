/// What the data look like.
module internal GenDisc.Reporting.DataSection

open GenDisc.Reporting.Html

let private mostClasses = 12
let private mostExamples = 3

/// More features than this are shown for one example only.
let private mostOverlaid = 3

let private sequences (run: RunFolder) (numbers: Numbering) =
    let classes = run.Sequences |> List.groupBy _.Class |> List.sortBy fst

    let shown = List.truncate mostClasses classes

    let features = run.Sequences |> List.map (fun s -> s.Values.Length) |> List.max

    let examples = if features <= mostOverlaid then mostExamples else 1

    let colour i j =
        if features = 1 then Chart.colour i else Chart.colour j

    let charts =
        shown
        |> List.mapi (fun i (label, members) ->
            let title = label |> Option.map run.ClassName |> Option.defaultValue "examples"

            let lines =
                members
                |> List.truncate examples
                |> List.mapi (fun k s -> $"example {k + 1}", s.Values)

            let inColour k j =
                if features = 1 && label.IsNone then Chart.colour k else colour i j

            Plot.sequence $"figure-sequence-{i}" title lines inColour)

    let most =
        shown |> List.map (fun (_, members) -> min examples members.Length) |> List.max

    let count =
        if most = 1 then "One training sequence"
        else if shown.Length = 1 then $"{most} training sequences"
        else $"Up to {most} training sequences"

    let each = if shown.Length > 1 then " of each class" else ""

    let colours =
        if features = 1 then
            if most > 1 then "; the first is drawn in full colour." else "."
        else if most > 1 then
            $"; each colour is one of {features} features, and the first sequence is drawn in full colour."
        else
            $"; each line is one of {features} features."

    let left =
        if classes.Length > shown.Length then
            $" Shown are the first {shown.Length} of {classes.Length} classes."
        else
            ""

    Plot.group
        charts
        (numbered
            (numbers.Figure())
            [ text $"{count}{each}{colours}{left} Values are standardised, as the model sees them." ])

/// How many training examples have a label, where not all have.
let private labels (run: RunFolder) =
    let count name =
        run.Result |> Option.bind (fun r -> Map.tryFind name r.Counts)

    match count "labelled", count "train" with
    | Some known, Some all ->
        [ p
              [ text
                    $"Of the {Number.count all} training examples {Number.count known} have a label, as many of each class as its share; the model sees the others without. Every step takes a batch of all training examples and, for what learns from labels, labelled ones besides. Validation and test examples keep their labels." ] ]
    | _ -> []

/// Labels that are known, example sequences, and what augmentation makes of images.
let data (run: RunFolder) (numbers: Numbering) =
    [ yield! labels run
      if not run.Sequences.IsEmpty then
          sequences run numbers
      match run.Augmented with
      | Some png ->
          picture
              "Training images and their augmented versions"
              png
              (numbered
                  (numbers.Figure())
                  [ text
                        "Training images (upper row of each pair) and what augmentation makes of them (lower row). Every epoch draws anew; validation and test images are never changed." ])
      | None -> () ]
