/// A diffusion model as a classifier, and its bound on the likelihood.
module internal GenDisc.Reporting.DiffusionClassesSection

open GenDisc.Reporting.Chart
open GenDisc.Reporting.Html

let private shown write value =
    value |> Option.map write |> Option.defaultValue "–"

let private table' (file: DiffusionClassesFile) (numbers: Numbering) =
    let hasProbabilities = file.Temperature.IsSome

    let columns =
        [ "Classifier", Align.Left
          "Accuracy", Align.Right
          if hasProbabilities then
              "ECE", Align.Right
              "Log loss, nats", Align.Right
          "Parameters", Align.Right
          "Milliseconds per example", Align.Right ]

    let rows =
        [ for m in file.Models do
              [],
              [ [ text m.Name ]
                [ text (shown (Number.percent 2) m.Accuracy) ]
                if hasProbabilities then
                    [ text (shown (Number.percent 2) m.Ece) ]
                    [ text (shown (Number.decimals 4) m.LogLoss) ]
                [ text (shown Number.count m.Parameters) ]
                [ text (shown ((*) 1000.0 >> Number.short) m.Seconds) ] ] ]

    let caption =
        if file.Models.Length > 1 then
            "The diffusion model beside the classifier of qualityBy, on the same test examples."
        else
            "The diffusion model as a classifier of test examples."

    table (numbered (numbers.Table()) [ text caption ]) columns rows

/// Where probabilities come from, or why there are none.
let private probabilities (file: DiffusionClassesFile) =
    match file.Temperature, file.FittedOn, file.Validation with
    | Some t, Some n, _ ->
        let each = if file.Models.Length > 1 then "each model by its own: " else ""
        $" The scores have a scale of their own, so probabilities are the softmax after division by one temperature, {each}{Number.short t} here, fitted on {Number.count n} validation examples; no predicted class changes."
    | None, _, Some 0L ->
        " The scores have a scale of their own and there are too few validation examples to fit a temperature on, so there are no probabilities, and no figures of calibration."
    | None, _, Some n ->
        $" The scores have a scale of their own; all of {Number.count n} validation examples were told right, so no temperature is best, and there are no probabilities and no figures of calibration."
    | _ -> ""

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
              $"The model was told each class in turn; the {run.Unit} is taken for the class under which it is denoised best (Li et al. 2023; Clark and Jaini 2023), an error counting by the share of the signal, ᾱ, at its noise level. All classes are looked at under the same noise, and those that are behind beyond doubt are dropped.{examples}{looks}{paired}{probabilities file}" ]

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
          table' file numbers
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
