/// What a study came to, in rows for the console.
module internal GenDisc.Running.Studies.StudyTable

open System
open GenDisc

/// A number of operations in the largest unit that leaves at least 1: `1.3 GFLOP`.
let operations (x: float) =
    let units = [ 1e15, "PFLOP"; 1e12, "TFLOP"; 1e9, "GFLOP"; 1e6, "MFLOP" ]

    match units |> List.tryFind (fun (size, _) -> x >= size) with
    | Some(size, name) -> $"{Show.number (Math.Round(x / size, (if x / size >= 10.0 then 0 else 1)))} {name}"
    | None -> $"{Show.grouped (int64 x)} FLOP"

/// A p-value: `p < 0.0001`, `0.0123`.
let probability (p: float) =
    if Double.IsNaN p then "–"
    elif p < 1e-4 then "< 0.0001"
    else Wording.fixedPoint 4 p

/// A difference of figures of that name with its sign; of shares in percentage points.
let difference (metric: string) (x: float) =
    if Double.IsNaN x then
        "–"
    else
        let sign =
            if x > 0.0 then "+"
            elif x < 0.0 then "-"
            else ""

        match Wording.kind metric with
        | Wording.Kind.Share -> sign + Wording.fixedPoint 2 (100.0 * abs x)
        | _ -> sign + Wording.metric metric (abs x)

let private verdict (row: StudyRow) =
    match row.Contrast with
    | None -> "(held against)"
    | Some c ->
        match c.Verdict with
        | Verdict.Better -> "better"
        | Verdict.Worse -> "worse"
        | Verdict.NoDifferenceDetected -> "no difference detected"
        | Verdict.NotTested -> "not tested"

let private cells (metric: string) (row: StudyRow) =
    let figure = row[metric]
    let shown = Wording.metric metric
    let several = figure.Count > 1

    [ row.Name
      (if figure.Count = 0 then "–" else shown figure.Mean)
      (if several then $"{shown figure.Low} to {shown figure.High}" else "")
      match row.Contrast with
      | Some c when not (Double.IsNaN c.Difference) ->
          difference metric c.Difference
          $"{difference metric c.Low} to {difference metric c.High}"
          probability c.Adjusted
      | _ ->
          ""
          ""
          ""
      verdict row
      Show.grouped row.Parameters
      operations row.TrainingFlops
      (if Double.IsFinite row.Seconds then Wording.duration row.Seconds else "") ]

let private header (metric: string) =
    let points =
        if Wording.kind metric = Wording.Kind.Share then "points" else "difference"

    [ ""
      metric
      "95 % interval"
      points
      "95 % interval"
      "p (Holm)"
      ""
      "parameters"
      "training"
      "time" ]

/// A heading and a table; of a label curve, a table for each number of labels.
let lines (result: StudyResult) =
    let table rows =
        Wording.tableOf
            [ false; true; true; true; true; true; false; true; true; true ]
            (header result.Metric :: List.map (cells result.Metric) rows)

    [ result.Question
      for labels, rows in result.Rows |> List.groupBy _.Labels do
          match labels with
          | Some n -> $"{Show.grouped (int64 n)} labels"
          | None -> ()

          yield! table rows
      // the table has each comparison; the page has them in sentences too
      yield!
          result.Statements
          |> List.filter (fun s -> not (s.StartsWith("At ", StringComparison.Ordinal))) ]
