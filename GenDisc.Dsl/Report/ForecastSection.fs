/// Forecasts beside what came, and beside what naive rules would have said.
module internal GenDisc.Reporting.ForecastSection

open System
open GenDisc.Reporting.Chart
open GenDisc.Reporting.Html

let private mostColumns = 6
let private truth = "#7F7F7F"
let private forecast = colour 0

/// A measure of error, and the model's margin over the best naive rule in it as words that follow the model's error.
let margin (r: RegressionFile) =
    r.Margin
    |> Option.map (fun (name, measure, share) ->
        let side = if share >= 0.0 then "below" else "above"
        measure, $"{Number.percent 1 (abs share)} {side} that of the best naive rule, {name}")

/// The model among the rules that need no learning.
let baselines (run: RunFolder) (numbers: Numbering) =
    match run.Regression with
    | Some r when not r.Baselines.IsEmpty ->
        let rows =
            (r.Baselines @ Option.toList r.Limit |> List.map (fun b -> false, b))
            @ (r.Model
               |> Option.map (fun m -> true, { m with Name = "this model" })
               |> Option.toList)

        let measures: (string * (Errors -> float option)) list =
            [ "RMSE", _.Rmse; "MAE", _.Mae; "MASE", _.Mase; "MSE", _.Mse; "R²", _.R2 ]
            |> List.filter (fun (_, error) -> rows |> List.exists (fun (_, e) -> (error e).IsSome))

        let row (own, e: Errors) =
            (if own then [ "class", "total" ] else []),
            [ text e.Name ]
            :: (measures
                |> List.map (fun (_, error) -> [ text (figureOf Number.short (error e)) ]))

        let unit =
            match run.TargetUnit with
            | Some unit -> $" RMSE and MAE are in {unit}."
            | None -> ""

        let has (start: string) =
            r.Baselines
            |> List.exists (fun b -> b.Name.StartsWith(start, StringComparison.Ordinal))

        let rules =
            [ if has "persistence" then
                  " Persistence repeats the last value."
              if has "seasonal naive" then
                  " The seasonal-naive rule repeats the value one season before; in brackets, the season’s steps."
              if r.Limit.IsSome then
                  " Noise alone is the error of a forecast that knows the series without its noise; on average none is better." ]
            |> String.concat ""

        let rule = if has "seasonal naive" then "seasonal-naive" else "naive"

        let scaled =
            if measures |> List.exists (fst >> (=) "MASE") then
                $" MASE is the mean absolute error divided by that of the {rule} rule on the training data."
            else
                ""

        let sentence =
            match margin r with
            | Some(measure, clause) -> [ p [ text $"On the test data the model has a {measure} {clause}." ] ]
            | None -> []

        sentence
        @ [ table
                (numbered
                    (numbers.Table())
                    [ text $"Errors on the test data beside those of rules that learn nothing.{rules}{unit}{scaled}" ])
                (("Forecast", Align.Left)
                 :: (measures |> List.map (fun (name, _) -> name, Align.Right)))
                (rows |> List.map row) ]
    | _ -> []

let private value (f: ForecastFile) column =
    if f.Unit = "" then f.ColumnName column else $"{f.ColumnName column}, {f.Unit}"

let private drawable (t: Track) =
    Plot.pairs t.Steps t.Truth |> finite |> Seq.isEmpty |> not

let private oneStep (f: ForecastFile) (numbers: Numbering) index (t: Track) =
    let earlier =
        f.Before
        |> List.filter (fun b -> b.Column = t.Column)
        |> List.map (fun b -> Plot.pairs b.Steps b.Truth |> Plot.line "before the test part" truth "dot" 0.8)

    let traces =
        earlier
        @ [ Plot.pairs t.Steps t.Truth |> Plot.line "truth" truth "solid" 1.0
            Plot.pairs t.Steps t.Prediction
            |> Plot.line "one-step forecast" forecast "solid" 0.9 ]

    let from =
        match f.History with
        | Some n when n > 1 -> $", each made from the {n} true values before it"
        | _ -> ", each made from the true values before it"

    figure
        $"figure-forecast-{index}"
        $"Forecasts of {f.ColumnName t.Column}"
        { plain Wide with
            Tools = true
            Slider = true }
        traces
        (Plot.layout "time step" (value f t.Column) true)
        (numbered
            (numbers.Figure())
            [ text
                  $"{f.ColumnName t.Column}: truth and one-step forecasts over the test part{from}. Drag the ends of the strip below to look closer." ])

let private rollout (f: ForecastFile) (numbers: Numbering) index (t: Track) =
    figure
        $"figure-rollout-{index}"
        $"Rollout of {f.ColumnName t.Column}"
        { plain Half with Tools = true }
        [ Plot.pairs t.Steps t.Truth |> Plot.line "truth" truth "solid" 1.0
          Plot.pairs t.Steps t.Prediction |> Plot.line "rollout" (colour 3) "solid" 1.0 ]
        (Plot.layout "time step" (value f t.Column) true)
        (numbered
            (numbers.Figure())
            [ text
                  $"{f.ColumnName t.Column}: a rollout. The model sees the truth up to the first step only and then goes on from its own forecasts." ])

let private growth (f: ForecastFile) (numbers: Numbering) =
    let unit = if f.Unit = "" then "" else $", {f.Unit}"
    let layout = Plot.layout "lead time, steps" $"RMSE{unit}" false
    layout.yaxis.rangemode <- "tozero"

    figure
        "figure-lead-time"
        "Error of the rollout by lead time"
        (plain Half)
        [ f.RolloutRmse
          |> Array.mapi (fun i e -> float (i + 1), e)
          |> Plot.line "RMSE" (colour 3) "solid" 1.0 ]
        layout
        (numbered (numbers.Figure()) [ text "Root mean squared error of rollouts by lead time." ])

let forecasts (run: RunFolder) (numbers: Numbering) =
    match run.Forecast with
    | None -> []
    | Some f ->
        let table = baselines run numbers
        let series = f.Series |> List.filter drawable |> List.truncate mostColumns
        let ahead = f.Rollout |> List.filter drawable |> List.truncate mostColumns

        // Figures are numbered in the order in which they are built.
        let oneStep = series |> List.mapi (oneStep f numbers)

        let further =
            [ yield! ahead |> List.mapi (rollout f numbers)
              if f.RolloutRmse |> Array.exists Double.IsFinite then
                  growth f numbers ]

        table @ oneStep @ (if further.IsEmpty then [] else [ div "charts" further ])
