/// Whether the model is right as often as it says.
module internal GenDisc.Reporting.CalibrationSection

open XPlot.Plotly
open GenDisc.Core.Evaluation
open GenDisc.Reporting.Chart
open GenDisc.Reporting.Html

let private before = colour 3
let private after = colour 0

/// Accuracy over confidence; the whiskers are Wilson intervals of the bins.
let private diagram (sides: (string * string * Bin list) list) caption =
    let trace (name, colour: string, bins: Bin list) =
        let bounds =
            bins |> List.map (fun b -> b.Accuracy, Statistics.wilson b.Accuracy b.Count)

        let whiskers =
            Error_y(
                ``type`` = "data",
                symmetric = false,
                array = (bounds |> List.map (fun (a, (_, high)) -> rounded (max 0.0 (high - a)))),
                arrayminus = (bounds |> List.map (fun (a, (low, _)) -> rounded (max 0.0 (a - low)))),
                color = colour,
                thickness = 1.0,
                width = 3.0
            )

        Scatter(
            x = (bins |> List.map (_.Confidence >> rounded)),
            y = (bins |> List.map (_.Accuracy >> rounded)),
            name = name,
            mode = "lines+markers",
            error_y = whiskers,
            line = Line(color = colour, width = 1.8),
            marker = Marker(color = colour, size = 7, symbol = (if colour = after then "circle" else "square"))
        )
        :> Trace

    let layout = Plot.layout "confidence" "accuracy" (sides.Length > 1)
    layout.xaxis.range <- [ 0.0; 1.01 ]
    layout.yaxis.range <- [ 0.0; 1.01 ]
    layout.shapes <- [ Plot.rule ("x", 0.0, 1.0) ("y", 0.0, 1.0) "dash" ]
    figure "figure-reliability" "Reliability diagram" (plain Half) (sides |> List.map trace) layout caption

/// On a logarithmic axis: nearly all examples lie in the last bin.
let private counts (sides: (string * string * Bin list) list) caption =
    let middle (b: Bin) =
        let centre = (b.Low + b.High) / 2.0
        if System.Double.IsFinite centre then centre else b.Confidence

    let traces =
        sides
        |> List.map (fun (name, colour, bins) ->
            bins
            |> List.map (fun b -> middle b, float b.Count)
            |> Array.ofList
            |> Plot.bars name colour)

    let largest =
        sides
        |> List.collect (fun (_, _, bins) -> bins |> List.map _.Count)
        |> List.max
        |> float

    let layout = Plot.layout "confidence" "test examples" (sides.Length > 1)
    layout.barmode <- "group"
    layout.xaxis.range <- [ 0.0; 1.01 ]
    layout.yaxis.``type`` <- "log"
    layout.yaxis.dtick <- 1
    layout.yaxis.range <- [ -0.4; log10 largest + 0.15 ]
    figure "figure-bins" "Test examples by confidence" (plain Half) traces layout caption

/// What the temperature was fitted on.
let private on (r: Reliability) =
    match r.FittedCount, r.FittedOn with
    | Some n, Some part when part <> "" -> $" fitted on {Number.count n} {part} examples"
    | Some n, _ -> $" fitted on {Number.count n} examples"
    | None, Some part when part <> "" -> $" fitted on the {part} data"
    | _ -> ""

/// Why there is no temperature, as far as the counts tell.
let private missing (run: RunFolder) =
    let fewest = int64 Calibration.FewestExamples

    match run.Result |> Option.bind (fun r -> Map.tryFind "validation" r.Counts) with
    | Some 0L -> "No temperature is fitted: there are no validation examples to fit it on."
    | Some n when n < fewest ->
        $"No temperature is fitted: that takes at least {fewest} validation examples, and there are {n}."
    | _ -> ""

/// Whether the only confidence is the one after a temperature.
let private isScaled (r: Reliability) =
    r.Temperature.IsSome && r.After.IsEmpty && r.EceAfter.IsNone

let private words (run: RunFolder) (r: Reliability) =
    let confident =
        match r.Temperature with
        | Some t when t > 1.05 -> "; above 1, so the model was too sure of itself"
        | Some t when t < 0.95 -> "; below 1, so the model was not sure enough of itself"
        | Some _ -> "; close to 1, so there was little to correct"
        | None -> ""

    let moves, stays =
        [ "calibration error", r.EceBefore, r.EceAfter, Number.percent 2
          "log loss", r.LogLossBefore, r.LogLossAfter, (fun x -> $"{Number.decimals 4 x} nats") ]
        |> List.choose (fun (measure, was, is, show) ->
            match was, is with
            | Some a, Some b -> Some(measure, show a, show b)
            | _ -> None)
        |> List.partition (fun (_, a, b) -> a <> b)

    let changes =
        [ if not moves.IsEmpty then
              let parts =
                  moves |> List.map (fun (measure, a, b) -> $"the {measure} from {a} to {b}")

              $"takes {Statistics.listed parts}"
          if not stays.IsEmpty then
              let parts = stays |> List.map (fun (measure, a, _) -> $"the {measure} at {a}")
              $"leaves {Statistics.listed parts}" ]

    [ if isScaled r then
          let t = r.Temperature |> Option.get
          $"The scores have a scale of their own: they are divided by one temperature{on r}, {Number.short t}, and the confidence is that of their softmax."
      match r.EceBefore with
      | Some ece ->
          let asTrained = if isScaled r then "Confidence" else "As trained, confidence"

          $"{asTrained} and accuracy differ by {Number.percent 2 ece} on average over the bins: the expected calibration error (ECE)."
      | None -> ()
      match r.Temperature with
      | _ when isScaled r -> ()
      | Some t ->
          $"Temperature scaling divides the scores before the softmax by one number{on r}, {Number.decimals 3 t}{confident}."
      | None -> missing run
      if not changes.IsEmpty then
          $"""It {String.concat ", " changes}, and changes no predicted class.""" ]
    |> List.filter ((<>) "")
    |> String.concat " "

let calibration (run: RunFolder) (numbers: Numbering) =
    match run.Evaluation |> Option.bind _.Reliability with
    | None -> []
    | Some r ->
        let name = if r.After.IsEmpty then "test data" else "as trained"

        let sides =
            [ name, before, r.Before; "after temperature scaling", after, r.After ]
            |> List.filter (fun (_, _, bins) -> not bins.IsEmpty)

        let sentence = words run r

        let figures =
            if sides.IsEmpty then
                []
            else
                let ece =
                    match r.EceBefore, r.EceAfter, r.Temperature with
                    | Some a, Some b, Some t ->
                        $" ECE {Number.percent 2 a} as trained, {Number.percent 2 b} after scaling with temperature {Number.decimals 2 t}{on r}."
                    | Some a, _, _ -> $" ECE {Number.percent 2 a}."
                    | _ -> ""

                [ div
                      "charts"
                      [ diagram
                            sides
                            (numbered
                                (numbers.Figure())
                                [ text
                                      $"Reliability diagram: accuracy of the test examples over the confidence in their predicted class, by bins. On the dashed diagonal the model is right as often as it says; whiskers are 95 %% Wilson intervals.{ece}" ])
                        counts
                            sides
                            (numbered
                                (numbers.Figure())
                                [ text
                                      "Number of test examples by confidence, on a logarithmic scale. Bins with few examples say little about calibration." ]) ] ]

        (if sentence = "" then [] else [ p [ text sentence ] ]) @ figures
