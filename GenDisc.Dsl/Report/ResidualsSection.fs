/// What a regression leaves unexplained.
module internal GenDisc.Reporting.ResidualsSection

open System
open GenDisc.Reporting.Chart
open GenDisc.Reporting.Html

let private inUnit (run: RunFolder) title =
    match run.TargetUnit with
    | Some unit -> $"{title}, {unit}"
    | None -> title

let private scatter (run: RunFolder) (numbers: Numbering) (fitted: (float * float)[]) =
    let all = finite fitted |> Array.ofSeq

    let layout =
        Plot.layout (inUnit run "predicted value") (inUnit run "residual") false

    let low, high = all |> Array.map fst |> Array.min, all |> Array.map fst |> Array.max

    let some =
        if all.Length > Plot.most then
            $" Drawn are {Number.count (int64 Plot.most)} of {Number.count (int64 all.Length)} test examples."
        else
            ""

    figure
        "figure-residuals"
        "Residuals over predicted values"
        { plain Half with Tools = true }
        [ Plot.dots "test examples" (colour 0) 0.5 all
          Plot.line "no error" (colour 3) "dash" 1.0 [| low, 0.0; high, 0.0 |] ]
        layout
        (numbered
            (numbers.Figure())
            [ text
                  $"Residuals (true minus predicted value) over predicted values. A trend or a funnel would show what the model misses.{some}" ])

/// The normal density with the mean and spread of a histogram, in its counts.
let private normal (edges: float[]) (counts: float[]) =
    let total = Array.sum counts
    let middles = Array.pairwise edges |> Array.map (fun (a, b) -> (a + b) / 2.0)
    let mean = (Array.map2 (*) middles counts |> Array.sum) / total

    let variance =
        (Array.map2 (fun m c -> c * (m - mean) ** 2.0) middles counts |> Array.sum)
        / total

    let low, high = edges[0], Array.last edges
    let width = (high - low) / float counts.Length

    if variance > 0.0 && width > 0.0 then
        [| for i in 0..100 do
               let x = low + (high - low) * float i / 100.0

               x,
               total * width * exp (-((x - mean) ** 2.0) / (2.0 * variance))
               / sqrt (2.0 * Math.PI * variance) |]
    else
        [||]

let private histogram (run: RunFolder) (numbers: Numbering) edges counts =
    let curve = normal edges counts

    let traces =
        [ Plot.steps "residuals" (colour 0) edges counts
          if curve.Length > 0 then
              Plot.line "normal distribution" (colour 3) "dash" 1.0 curve ]

    let compared =
        if curve.Length > 0 then
            " The dashed curve is a normal distribution of the same mean and spread."
        else
            ""

    figure
        "figure-residual-histogram"
        "Histogram of the residuals"
        (plain Half)
        traces
        (Plot.layout (inUnit run "residual") "test examples" (traces.Length > 1))
        (numbered (numbers.Figure()) [ text $"Distribution of the residuals.{compared}" ])

let private correlation (numbers: Numbering) (r: RegressionFile) =
    let layout = Plot.layout "lag, steps" "autocorrelation" false

    layout.shapes <-
        [ Plot.level 0.0 "solid"
          match r.Band with
          | Some band ->
              Plot.level band "dash"
              Plot.level -band "dash"
          | None -> () ]

    // Shapes do not count when plotly.js chooses the range.
    let reach =
        r.Acf
        |> Array.filter Double.IsFinite
        |> Array.map abs
        |> Array.append (Option.toArray (r.Band |> Option.map abs))
        |> Array.fold max 0.05

    layout.yaxis.range <- [ -1.15 * reach; 1.15 * reach ]

    let within =
        if r.Band.IsSome then
            " Of independent residuals, 95 % of the bars would lie between the dashed lines."
        else
            ""

    figure
        "figure-autocorrelation"
        "Autocorrelation of the residuals"
        (plain Half)
        [ r.Acf
          |> Array.mapi (fun i a -> float (i + 1), a)
          |> Plot.bars "autocorrelation" (colour 0) ]
        layout
        (numbered (numbers.Figure()) [ text $"Autocorrelation of the residuals by lag.{within}" ])

let private test (t: LjungBox) =
    let p' = if t.P < 0.001 then "p < 0.001" else $"p = {Number.decimals 3 t.P}"

    let verdict =
        if t.P < 0.05 then
            "the residuals are correlated in time, so there is structure left that the model does not use"
        else
            "no sign of correlation in time that the model could still use"

    p [ text $"Ljung–Box test over {t.Lags} lags: Q = {Number.decimals 2 t.Statistic}, {p'}: {verdict}." ]

let residuals (run: RunFolder) (numbers: Numbering) =
    match run.Regression with
    | None -> []
    | Some r ->
        let charts =
            [ if not (Seq.isEmpty (finite r.Fitted)) then
                  scatter run numbers r.Fitted
              if Plot.isHistogram r.Edges r.Counts then
                  histogram run numbers r.Edges r.Counts
              if r.Acf |> Array.exists Double.IsFinite then
                  correlation numbers r ]

        (r.LjungBox |> Option.map test |> Option.toList)
        @ (if charts.IsEmpty then [] else [ div "charts" charts ])
