/// How the model was trained, in words: the training declaration of plan.json read aloud.
module internal GenDisc.Reporting.Procedure

open System
open GenDisc.Reporting.Html

let private epochs n =
    if n = "1" then "1 epoch" else $"{n} epochs"

/// One step of the pipeline as a clause; None for steps this report does not know, which are quoted instead.
let private clause (step: string) =
    match step.Split(' ', StringSplitOptions.RemoveEmptyEntries) |> List.ofArray with
    | [ "adam"; rate ] -> Some $"Adam with learning rate {rate}"
    | [ "adamW"; rate ] -> Some $"AdamW with learning rate {rate}"
    | [ "sgd"; rate ] -> Some $"stochastic gradient descent with learning rate {rate}"
    | [ "sgd"; rate; momentum ] -> Some $"stochastic gradient descent with learning rate {rate} and momentum {momentum}"
    | [ "momentum"; m ] -> Some $"momentum {m}"
    | [ "epochs"; n ] -> Some(epochs n)
    | [ "batch"; n ] -> Some $"batches of {n} examples"
    | [ "cosine" ] -> Some "a cosine schedule (the rate falls along half a cosine to zero)"
    | [ ("step" | "stepDecay"); every; factor ] ->
        Some $"a step schedule (the rate times {factor} every {epochs every})"
    | [ ("warmUp" | "warmup"); n ] -> Some $"a linear warm-up of {epochs n}"
    | [ ("clip" | "clipNorm" | "gradientClip"); norm ] -> Some $"gradients clipped to a norm of {norm}"
    | [ ("weightDecay" | "decay"); d ] -> Some $"weight decay {d}"
    | [ ("patience" | "earlyStopping" | "earlyStop"); n ] ->
        Some $"early stopping (after {epochs n} without a better validation loss; the best weights are restored)"
    | [ "ema"; d ] ->
        Some
            $"an exponential moving average of the weights with decay {d} (validated and kept in place of the weights themselves)"
    | [ "withoutKernels" ] -> Some "libtorch's own operations instead of GenDisc's kernels"
    | _ -> None

/// The declared training as a sentence; empty where none is recorded.
let optimisation (run: RunFolder) (plan: PlanFile) =
    match plan.Training with
    | _ when run.IsEnsemble ->
        [ text
              "Nothing is trained here: the members of the ensemble were trained in runs of their own, and the model is the mean of what they predict. " ]
    | None -> []
    | Some training ->
        let steps =
            training.Split("|>", StringSplitOptions.RemoveEmptyEntries)
            |> Array.map _.Trim()
            |> List.ofArray

        let known = steps |> List.choose clause
        let unknown = steps |> List.filter (fun step -> (clause step).IsNone)

        if known.IsEmpty then
            [ text "The training was declared as "; code training; text ". " ]
        else
            let others =
                match unknown with
                | [] -> [ text ". " ]
                | _ -> [ text "; also "; code (String.Join(" |> ", unknown)); text ". " ]

            text $"Training uses {Statistics.listed known}" :: others

let private splits (run: RunFolder) (result: ResultFile) =
    let stratified =
        match run.Plan |> Option.bind _.Classes with
        | Some classes when classes > 0 -> ", drawn evenly from all classes,"
        | _ -> ""

    match
        Map.tryFind "train" result.Counts, Map.tryFind "validation" result.Counts, Map.tryFind "test" result.Counts
    with
    | Some train, validation, Some test ->
        let held =
            match validation with
            | Some n when n > 0L ->
                $" {Number.count n} more{stratified} are held out for validation and never trained on;"
            | _ -> ""

        [ text
              $"The model learns from {Number.count train} examples;{held} {Number.count test} test examples are used once, at the end. " ]
    | _ -> []

let private course (run: RunFolder) (result: ResultFile) =
    let planned =
        run.Plan
        |> Option.bind _.Training
        |> Option.map (fun t -> t.Split("|>") |> Array.map _.Trim())
        |> Option.bind (Array.tryPick (fun step -> if step.StartsWith "epochs " then Some(step.Substring 7) else None))

    [ match result.Epochs, planned with
      | Some n, Some asked when asked <> GenDisc.Show.integer n && not run.IsEnsemble ->
          text $"It ran for {epochs (GenDisc.Show.integer n)} of {asked}. "
      | _ -> ()
      match result.BestEpoch, result.Epochs with
      | Some best, Some last when best > 0 && best < last -> text $"The validation loss was lowest after epoch {best}. "
      | _ -> ()
      match result.Seed with
      | Some seed -> text $"All randomness (initial weights, order of examples, noise) derives from seed {seed}."
      | None -> () ]

/// One paragraph about the training; empty when neither plan nor result tells anything.
let procedure (run: RunFolder) =
    let declared = run.Plan |> Option.map (optimisation run) |> Option.defaultValue []

    let recorded =
        match run.Result with
        | Some result -> splits run result @ course run result
        | None -> []

    match declared @ recorded with
    | [] -> []
    | words -> [ p words ]
