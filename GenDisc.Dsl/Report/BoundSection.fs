/// How far a vae's bound lies below the likelihood, by importance sampling from its latent posterior.
module internal GenDisc.Reporting.BoundSection

open XPlot.Plotly
open GenDisc.Reporting.Chart
open GenDisc.Reporting.Html
open GenDisc.Reporting.MathMl

let private x = mi "x"
let private zi = sub (mi "z") (mi "i")
let private wi = sub (mi "w") (mi "i")
let private evidence = row [ log; row [ mi "p"; mo "("; x; mo ")" ] ]

let private formulas =
    let k = mi "k"
    let joint = row [ mi "p"; mo "("; x; mo ","; zi; mo ")" ]
    let proposal = row [ mi "q"; mo "("; zi; mo "∣"; x; mo ")" ]

    [ display
          [ evidence
            mo "≥"
            sub (mi "ℒ") k
            mo "="
            mi "𝔼"
            brackets [ log; frac (mn "1") k; sum "i" k; wi ]
            mo ","
            space
            wi
            mo "="
            frac joint proposal
            mo ","
            space
            zi
            mo "∼"
            row [ mi "q"; mo "("; mi "z"; mo "∣"; x; mo ")" ] ] ]

let private words (run: RunFolder) (file: BoundFile) =
    let examples =
        file.Examples
        |> Option.map (fun n -> $" of {Number.count n} test examples")
        |> Option.defaultValue ""

    let gain =
        match Array.tryHead file.Curve, Array.tryLast file.Curve with
        | Some(_, first, _), Some(k, last, _) when k > 1.0 ->
            $" With {Number.count (int64 k)} draws the bound{examples} is {Number.decimals 2 last} nats per {run.Unit}, {Number.decimals 2 (last - first)} above the ELBO of the same draws: so much at least of the ELBO’s distance from the likelihood is due to the posterior, not to the model."
        | _ -> ""

    let effective =
        match file.EffectiveSamples, file.Samples with
        | Some ess, Some k when k > 1 ->
            $" Of {k} draws {Number.decimals 1 ess} count on average (1/Σ w̃², {Number.percent 0 (ess / float k)}): the closer to all of them, the closer the approximate posterior is to the true one."
        | _ -> ""

    p
        [ text
              $"The encoder’s Gaussian approximates the posterior of the latent code. Draws from it, weighed by how much they say about the {run.Unit}, tighten the ELBO (Burda et al. 2016): the bound does not fall with the number of draws and tends to the log-likelihood.{gain}{effective}" ]

let private chart (run: RunFolder) (file: BoundFile) (numbers: Numbering) =
    let errors =
        Error_y(
            ``type`` = "data",
            array =
                (file.Curve
                 |> Array.map (fun (_, _, e) -> if System.Double.IsFinite e then rounded (1.96 * e) else 0.0)),
            color = colour 0,
            thickness = 1.0,
            width = 3.0
        )

    let trace =
        Scatter(
            x = (file.Curve |> Array.map (fun (k, _, _) -> k)),
            y = (file.Curve |> Array.map (fun (_, v, _) -> rounded v)),
            name = "bound",
            mode = "lines+markers",
            error_y = errors,
            line = Line(color = colour 0, width = 1.8),
            marker = Marker(color = colour 0, size = 7)
        )

    let layout =
        Plot.layout "draws of the latent code" $"bound in nats per {run.Unit}" false

    layout.xaxis.``type`` <- "log"
    layout.xaxis.tickvals <- (file.Curve |> Array.map (fun (k, _, _) -> k))
    layout.xaxis.ticktext <- (file.Curve |> Array.map (fun (k, _, _) -> Number.count (int64 k)))

    figure
        "figure-bound"
        "Importance-weighted bound by number of draws"
        (plain Half)
        [ trace ]
        layout
        (numbered
            (numbers.Figure())
            [ text
                  "Importance-weighted bound over the number of draws, on a logarithmic axis; at one draw it is the ELBO. All points are from the same draws; whiskers cover chance in the choice of examples (95 %)." ])

/// Formula, figure and what they mean; nothing without a vae.
let bound (run: RunFolder) (numbers: Numbering) =
    match run.Bound with
    | Some file when file.Curve.Length > 1 -> words run file :: formulas @ [ chart run file numbers ]
    | _ -> []
