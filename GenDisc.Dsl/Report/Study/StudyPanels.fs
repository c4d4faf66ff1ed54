/// What the figures of a study show.
module internal GenDisc.Reporting.StudyPanels

open System
open GenDisc.Reporting.Html
open GenDisc.Reporting.Measures
open GenDisc.Reporting.Panel

let private scaled (m: Measure) (x: float) = m.Scale * x

/// Rows from the top to the bottom, at heights 0, −1, −2, …
let private ladder (titles: string list) =
    { axis "" with
        Ticks = titles |> List.mapi (fun i title -> -float i, short title)
        Range = Some(0.5 - float titles.Length, 0.5) }

/// Values that lie over each other stand a little apart.
let private spread height (values: float[]) =
    let count = values.Length

    values
    |> Array.mapi (fun i x ->
        let offset = if count < 2 then 0.0 else 0.22 * (float i / float (count - 1) - 0.5)

        x, height + offset)

/// A horizontal axis on which no interval reaches the edge.
let private roomy title (marks: Mark list) =
    let ends =
        [ for m in marks do
              match m.Shape with
              | Shape.Across spans ->
                  for low, high, _ in spans do
                      low
                      high
              | Shape.Dots points
              | Shape.Marks points ->
                  for x, _ in points do
                      x
              | _ -> () ]
        |> List.filter Double.IsFinite

    match ends with
    | [] -> axis title
    | _ ->
        let low, high = List.min ends, List.max ends

        // Where all are the same, any width will do.
        let margin = if high > low then 0.05 * (high - low) else max 0.05 (0.05 * abs high)

        { axis title with
            Range = Some(low - margin, high + margin) }

/// Every seed, the mean and its interval, a line for each row.
let seeds (study: StudyFolder) =
    let m = deciding study

    let rows =
        study.File.Rows
        |> List.choose (fun row -> decisive study row |> Option.map (fun figure -> row, figure))

    let marks =
        [ for i, (_, figure) in List.indexed rows do
              let y = -float i
              let show = scaled m
              mark "" i (Shape.Across [| show figure.Low, show figure.High, y - 0.22 |])
              mark "" i (Shape.Dots(spread y (Array.map show figure.Values)))
              mark "" i (Shape.Marks [| show figure.Mean, y - 0.22 |]) ]

    if rows.IsEmpty then
        None
    else
        Some
            { Title = ""
              Description = $"{m.Title} of every seed"
              X = roomy m.Axis marks
              Y = ladder (rows |> List.map (fun (row, _) -> row.Title))
              Marks = marks
              AtX = None
              AtY = None }

/// The row that another one is held against: the first at its number of labels.
let reference (study: StudyFolder) (row: StudyEntry) =
    study.File.Rows |> List.tryFind (fun other -> other.Labels = row.Labels)

/// Differences to the reference seed by seed; empty where the two have no seeds in common.
let differences (study: StudyFolder) (row: StudyEntry) =
    let values (row: StudyEntry) =
        decisive study row |> Option.map _.Values |> Option.defaultValue [||]

    match reference study row with
    | Some first ->
        Plot.pairs (values row) (values first)
        |> Array.map (fun (own, other) -> own - other)
        |> Array.filter Double.IsFinite
    | None -> [||]

let private differenceTitle (m: Measure) =
    if m.DifferenceUnit = "" then
        "difference"
    else
        $"difference ({m.DifferenceUnit})"

/// Paired differences to the first row, with the line at which there is none.
let pairedDifferences (study: StudyFolder) =
    let m = deciding study

    let rows =
        study.File.Rows
        |> List.choose (fun row -> row.Contrast |> Option.map (fun contrast -> row, contrast))
        |> List.filter (fun (_, contrast) -> Double.IsFinite contrast.Difference)

    let colourOf row =
        study.File.Rows |> List.findIndex (fun other -> obj.ReferenceEquals(other, row))

    let show = scaled m

    let marks =
        [ for i, (row, contrast) in List.indexed rows do
              let y, c = -float i, colourOf row
              mark "" c (Shape.Across [| show contrast.Low, show contrast.High, y - 0.22 |])
              mark "" c (Shape.Dots(spread y (Array.map show (differences study row))))
              mark "" c (Shape.Marks [| show contrast.Difference, y - 0.22 |]) ]

    if rows.IsEmpty then
        None
    else
        Some
            { Title = ""
              Description = "Paired differences to the first row"
              X = roomy (differenceTitle m) marks
              Y = ladder (rows |> List.map (fun (row, _) -> row.Title))
              Marks = marks
              AtX = Some 0.0
              AtY = None }

/// The numbers of labels as ticks of a logarithmic axis.
let private labelAxis (study: StudyFolder) =
    let counts = study.File.Rows |> List.choose _.Labels |> List.distinct |> List.sort

    { axis "labelled training examples" with
        Logarithmic = true
        Ticks = counts |> List.map (fun n -> float n, Number.count n)
        Range =
            if counts.IsEmpty then
                None
            else
                Some(float counts.Head / 1.25, float (List.last counts) * 1.25) }

let private overLabels
    (study: StudyFolder)
    title
    description
    zero
    (point: StudyEntry -> (float * float * float) option)
    =
    let marks =
        [ for i, name in List.indexed study.File.Names do
              let points =
                  study.File.Rows
                  |> List.filter (fun row -> row.Name = name)
                  |> List.choose (fun row ->
                      match row.Labels, point row with
                      | Some n, Some found -> Some(float n, found)
                      | _ -> None)
                  |> List.sortBy fst
                  |> Array.ofList

              if points.Length > 0 then
                  mark "" i (Shape.Band(points |> Array.map (fun (x, (_, low, high)) -> x, low, high)))
                  mark name i (Shape.Curve(points |> Array.map (fun (x, (y, _, _)) -> x, y))) ]

    if marks.IsEmpty then
        None
    else
        Some
            { Title = ""
              Description = description
              X = labelAxis study
              Y = axis title
              Marks = marks
              AtX = None
              AtY = zero }

/// The figure that decides over the number of labels.
let curves (study: StudyFolder) =
    let m = deciding study

    overLabels study m.Axis $"{m.Title} over the number of labels" None (fun row ->
        decisive study row
        |> Option.map (fun f -> scaled m f.Mean, scaled m f.Low, scaled m f.High))

/// Differences to the first row over the number of labels.
let differenceCurves (study: StudyFolder) =
    let m = deciding study

    overLabels study (differenceTitle m) "Paired differences over the number of labels" (Some 0.0) (fun row ->
        row.Contrast
        |> Option.filter (fun c -> Double.IsFinite c.Difference)
        |> Option.map (fun c -> scaled m c.Difference, scaled m c.Low, scaled m c.High))

/// Which way is better, short enough for half the width of a text.
let private towards (m: Measure) =
    match m.HigherIsBetter with
    | Some true -> "Horizontal axis: higher is better"
    | Some false -> "Horizontal axis: lower is better"
    | None -> short m.Title

/// An upright axis with room for words above the highest mark.
let private headed title (values: float[]) =
    match values with
    | [||] -> axis title
    | _ ->
        let low, high = Array.min values, Array.max values
        let span = if high > low then high - low else max 0.05 (0.05 * abs high)

        { axis title with
            Range = Some(low - 0.1 * span, high + 0.25 * span) }

/// The first figure of the front over each of the others.
let fronts (study: StudyFolder) =
    match study.File.Front with
    | first :: others ->
        let y = measure study first

        [ for key in others do
              let x = measure study key

              let points =
                  [| for row in study.File.Rows do
                         match Map.tryFind key row.Figures, Map.tryFind first row.Figures with
                         | Some a, Some b when Double.IsFinite(a.Mean + b.Mean) ->
                             row, (scaled x a.Mean, scaled y b.Mean)
                         | _ -> () |]

              let name (row: StudyEntry) =
                  row.Weight |> Option.map Number.plain |> Option.defaultValue (short row.Name)

              if points.Length > 0 then
                  { Title = towards x
                    Description = $"{y.Title} over {x.Inside} by weight"
                    X = axis x.Axis
                    Y = headed y.Axis (points |> Array.map (snd >> snd))
                    Marks =
                      [ mark "" 0 (Shape.Path(points |> Array.map snd))
                        mark "" 0 (Shape.Marks(points |> Array.map snd))
                        mark "" 3 (Shape.Rings(points |> Array.filter (fun (row, _) -> row.OnFront) |> Array.map snd))
                        mark "" 0 (Shape.Words(points |> Array.map (fun (row, (a, b)) -> a, b, name row))) ]
                    AtX = None
                    AtY = None } ]
    | [] -> []

let private corruptionTitle name =
    match name with
    | "noise" -> "Noise", "standard deviation of the noise"
    | "blur" -> "Blur", "width of the blur (pixels)"
    | "rotation" -> "Rotation", "angle (degrees)"
    | "missing" -> "Missing pixels", "share of pixels missing"
    | other -> other, "level"

/// The rows whose accuracy under corruptions is known.
let robustRows (study: StudyFolder) =
    study.File.Rows |> List.filter (fun row -> not row.Robustness.IsEmpty)

/// Accuracy over the level of each corruption, a line for each row.
let corruptions (study: StudyFolder) =
    let rows = robustRows study

    let kinds =
        rows
        |> List.collect (fun row -> row.Robustness |> List.map _.Corruption)
        |> List.distinct

    [ for kind in kinds do
          let title, level = corruptionTitle kind

          { Title = title
            Description = $"Accuracy under {title.ToLowerInvariant()}"
            X = axis level
            Y = axis "accuracy (%)"
            Marks =
              [ for i, row in List.indexed rows do
                    let points =
                        row.Robustness
                        |> List.filter (fun l -> l.Corruption = kind)
                        |> List.sortBy _.Level
                        |> Array.ofList

                    mark "" i (Shape.Band(points |> Array.map (fun l -> l.Level, 100.0 * l.Low, 100.0 * l.High)))
                    mark row.Title i (Shape.Curve(points |> Array.map (fun l -> l.Level, 100.0 * l.Mean))) ]
            AtX = None
            AtY = None } ]
