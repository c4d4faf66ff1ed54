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
        let generated = count "generated" |> Option.defaultValue 0L

        let more =
            if generated > 0 then
                $" The {Number.count generated} generated ones besides have all a label."
            else
                ""

        let all = all - generated

        [ p
              [ text
                    $"Of the {Number.count all} training examples {Number.count known} have a label, as many of each class as its share; the model sees the others without. Every step takes a batch of all training examples and, for what learns from labels, labelled ones besides.{more} Validation and test examples keep their labels." ] ]
    | _ -> []

let private prepared (run: RunFolder) (numbers: Numbering) (file: PreparationFile) =
    let row (step: string, error) =
        [], [ [ code step ]; [ text (figureOf Number.short error) ] ]

    let examples =
        match file.Examples with
        | Some n -> $"the {Number.count n} test examples"
        | None -> "the test examples"

    let unit = if run.Unit = "image" then "pixel" else "number"

    let last =
        if file.Binarised then
            " Pixels are drawn black and white after all steps."
        else
            ""

    [ table
          (numbered
              (numbers.Table())
              [ text
                    $"What is done to every example before the model sees it, in this order and in all parts of the data alike. Error: mean squared difference per {unit} between {examples} after the step and as they were.{last}" ])
          [ "Step", Align.Left; "Error", Align.Right ]
          (file.Steps |> List.map row)
      match run.PreparationPicture with
      | Some png when not file.Shown.IsEmpty ->
          let rows = String.concat ", " file.Shown

          picture
              "Test images before and after preparation"
              png
              (numbered
                  (numbers.Figure())
                  [ text $"The same test images, from top to bottom: {rows}. The model sees the last row." ])
      | _ -> () ]

/// Labels that are known, what preparation does to examples, example sequences, and what augmentation makes of images.
let data (run: RunFolder) (numbers: Numbering) =
    [ yield! labels run

      match run.Preparation with
      | Some file when not file.Steps.IsEmpty -> yield! prepared run numbers file
      | _ -> ()
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
