/// A diffusion model as a classifier, and its bound on the likelihood.
module internal GenDisc.Reporting.DiffusionClassesSection

open GenDisc.Reporting.Chart
open GenDisc.Reporting.Html

let private shown write value =
    value |> Option.map write |> Option.defaultValue "–"

let private table (file: DiffusionClassesFile) =
    let cell value = el "td" [ "class", "number" ] [ text value ]

    el
        "div"
        [ "class", "scroll" ]
        [ el
              "table"
              []
              [ el
                    "thead"
                    []
                    [ el
                          "tr"
                          []
                          [ for title in [ ""; "Accuracy"; "ECE"; "Log loss, nats"; "Parameters"; "Seconds per example" ] do
                                el "th" [] [ text title ] ] ]
                el
                    "tbody"
                    []
                    [ for m in file.Models do
                          el
                              "tr"
                              []
                              [ el "th" [] [ text m.Name ]
                                cell (shown (Number.percent 2) m.Accuracy)
                                cell (shown (Number.percent 2) m.Ece)
                                cell (shown (Number.decimals 4) m.LogLoss)
                                cell (shown Number.count m.Parameters)
                                cell (shown (Number.decimals 4) m.Seconds) ] ] ] ]

let private words (run: RunFolder) (file: DiffusionClassesFile) =
    let examples =
        file.Examples
        |> Option.map (fun n -> $" Here {Number.count n} test examples were told apart.")
        |> Option.defaultValue ""

    let looks =
        match file.Looks, file.Most, file.Classes with
        | Some looks, Some most, Some classes ->
            $" That took {Number.decimals 1 looks} looks of the network at each on average, of {Number.count (int64 (most * classes))} without dropping any class."
        | _ -> ""

    let paired =
        match file.OwnAlone, file.RivalAlone, file.PValue with
        | Some own, Some other, Some p ->
            $" {Number.count own} examples were told right by the diffusion model alone, {Number.count other} by the other classifier alone (exact McNemar test, p = {Number.short p})."
        | _ -> ""

    p
        [ text
              $"The model was told each class in turn; the {run.Unit} is taken for the class under which the noise is predicted best, errors at all noise levels counting alike (Li et al. 2023; Clark and Jaini 2023). All classes are looked at under the same noise, and those that are behind beyond doubt are dropped.{examples}{looks}{paired} ECE and log loss are those of the probabilities as they are, before any scaling." ]

let private draws (file: DiffusionClassesFile) (numbers: Numbering) =
    let layout = Plot.layout "draws of step and noise" "test examples" false

    figure
        "figure-class-draws"
        "Test examples by number of draws"
        (plain Half)
        [ Plot.bars "test examples" (colour 0) file.Draws ]
        layout
        (numbered
            (numbers.Figure())
            [ text
                  "Test examples by the draws of step and noise that it took until one class was left, or that were allowed at most." ])

/// Table beside another classifier, and what it took; nothing where classes were not asked for.
let classes (run: RunFolder) (numbers: Numbering) =
    match run.DiffusionClasses with
    | Some file when not file.Models.IsEmpty ->
        [ words run file
          table file
          if file.Draws.Length > 1 then
              draws file numbers ]
    | _ -> []

let private boundWords (run: RunFolder) (file: DiffusionBoundFile) =
    let within value error =
        match error with
        | Some e -> $"{value} ± {Number.short e}"
        | None -> value

    let probability = if file.ToldClasses then "p(x|y)" else "p(x)"

    [ match file.Nats, file.Bits with
      | Some nats, Some bits ->
          let values =
              match file.Discrete with
              | Some n when n > 0 ->
                  $"of the {n} values of every pixel, told apart by a discretised Gaussian (Ho et al. 2020, §3.3)"
              | _ -> "of the density in the units of the data, with a Gaussian of variance β₁ as the last step"

          $"The variational bound on −log {probability} is {within (Number.decimals 2 nats) file.NatsError} nats per {run.Unit}, or {within (Number.decimals 3 bits) file.BitsError} bits per dimension, {values}; ± is one standard error."
      | _ -> ()
      match file.Examples, file.Looks with
      | Some n, Some looks -> $"It is estimated from {Number.count n} test examples with {looks} looks of the network at each."
      | _ -> ()
      match file.Prior, file.Denoising, file.Decoder with
      | Some prior, Some denoising, Some decoder ->
          $"The end of the noising adds {Number.short prior} nats, denoising {Number.short denoising}, the last step {Number.short decoder}."
      | _ -> ()
      match file.Flow with
      | Some flow ->
          $"The probability-flow ODE (Song et al. 2021) gives a log-likelihood of {Number.decimals 3 flow} nats per {run.Unit} on the same examples; another generative process of the same network, so that either may be the higher."
      | None -> () ]
    |> String.concat " "

let private levels (file: DiffusionBoundFile) (numbers: Numbering) =
    let points =
        file.Levels
        |> List.map (fun (first, last, nats) -> (first + last) / 2.0, nats)
        |> Array.ofList

    figure
        "figure-diffusion-bound"
        "Parts of the bound by noise level"
        (plain Half)
        [ Plot.line "nats" (colour 0) "solid" 1.0 points ]
        (Plot.layout "step t" "nats" false)
        (numbered
            (numbers.Figure())
            [ text
                  "What steps add to the bound, from little noise to much. Each point is a stretch of steps; of Gaussian data of unit variance all would add alike." ])

/// The bound and its parts; nothing without one.
let bound (run: RunFolder) (numbers: Numbering) =
    match run.DiffusionBound with
    | Some file when file.Nats.IsSome ->
        [ p [ text (boundWords run file) ]
          if file.Levels.Length > 1 then
              levels file numbers ]
    | _ -> []
