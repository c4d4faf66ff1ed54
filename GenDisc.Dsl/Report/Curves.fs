/// Learning curves: one small chart for each quantity.
module internal GenDisc.Reporting.Curves

open System
open GenDisc.Reporting.Html

/// Key, title and unit of the quantities, in the order in which they are shown.
let private quantities (run: RunFolder) =
    let unit = run.Unit

    // the same figure twice tells nothing
    let denoisesAlone =
        match run.Plan |> Option.map _.Terms with
        | Some [ { Name = "denoising"
                   Weight = Some 1.0 } ] -> true
        | _ -> false

    [ if not denoisesAlone then
          "loss", "Loss", "loss"
      "denoising", "Denoising loss", "squared error per number"
      "accuracy", "Accuracy", "accuracy in %"
      "elbo", "ELBO", $"nats per {unit}"
      "reconstruction", "Reconstruction", $"nats per {unit}"
      "kl", "KL divergence", $"nats per {unit}"
      "crossEntropy", "Cross-entropy", "nats"
      "sparsity", "Sparsity", $"Σ|z| per {unit}"
      "cd", "Contrastive divergence", $"nats per {unit}"
      "pcd", "Persistent contrastive divergence", $"nats per {unit}"
      "tempering", "Parallel tempering", $"nats per {unit}"
      "nll", "Negative log-likelihood", $"nats per {unit}"
      "freeEnergy", "Free energy", $"nats per {unit}, up to log Z"
      "pseudoLikelihood", "Pseudo-log-likelihood", $"nats per {unit}"
      "reconstructionError", "Reconstruction error", $"per {unit}"
      "sparsityTarget", "Sparsity target", "nats"
      "energy", "Energy difference", "nats"
      "mse", "Squared error", (if run.Standardised then "MSE, standardised" else "mean squared error") ]

let private explanation (run: RunFolder) key =
    match key with
    | "loss" when run.Standardised ->
        "The weighted sum that training makes small. Squared errors in it are those of standardised targets."
    | "mse" when run.Standardised ->
        "Squared distance from the standardised target: in units of the training targets’ variance, not in the targets’ own."
    | "loss" -> "The weighted sum that training makes small."
    | "accuracy" -> "Share of examples classified correctly."
    | "elbo" -> "The evidence lower bound; higher is better."
    | "reconstruction" -> "Cost of describing an example given its latent code."
    | "kl" -> "Information that the latent code carries about an example."
    | "crossEntropy" -> "Surprise at the true class."
    | "sparsity" -> "Sum of the sizes of the code’s entries."
    | "mse" -> "Squared distance from the target."
    | "cd"
    | "pcd"
    | "tempering" ->
        "Free energy of data less that of the machine’s own states: near 0 when neither is favoured, and no likelihood."
    | "nll" -> "The exact surprise at an example; lower is better."
    | "freeEnergy" -> "Overfitting shows as training energies that fall below the validation’s."
    | "pseudoLikelihood" -> "How well a pixel is told from all others; higher is better, and no likelihood."
    | "reconstructionError" -> "What one step down and up changes; easily small for a bad machine."
    | "denoising" ->
        "Squared error of the prediction, over all noise levels: it stays far above 0 even of a perfect model, which cannot know the noise."
    | "sparsityTarget" -> "Distance of the hidden units’ mean activity from the target."
    | "energy" -> "Energy of data less that of samples: near 0 while sampling keeps up."
    | _ -> ""

let private train = Chart.colour 0
let private validation = Chart.colour 3

let private series name colour dash points : Chart.Series =
    { Name = name
      Colour = colour
      Dash = dash
      Points = points |> List.filter (snd >> Double.IsFinite) }

let private chart (run: RunFolder) (numbers: Numbering) (key, title, unit) =
    let scale = if key = "accuracy" then 100.0 else 1.0

    let points (side: EpochLine -> Map<string, float>) =
        run.Epochs
        |> List.choose (fun e -> Map.tryFind key (side e) |> Option.map (fun x -> e.Epoch, scale * x))

    let lines =
        [ series "training" train "solid" (points _.Train)
          series "validation" validation "dash" (points _.Validation) ]
        |> List.filter (fun s -> not s.Points.IsEmpty)

    let best =
        match run.Result |> Option.bind _.BestEpoch, run.Epochs with
        | Some best, epochs when not epochs.IsEmpty && best > 0 && best < (List.last epochs).Epoch -> Some best
        | _ -> None

    if lines.IsEmpty then
        None
    else
        let caption = numbered (numbers.Figure()) [ text $"{title}. {explanation run key}" ]
        Some(Chart.lines $"figure-{key}" $"{title} by epoch" unit best lines caption)

/// Schedules are worth a chart only when something changes.
let private schedules (run: RunFolder) (numbers: Numbering) =
    let varies (points: (int * float) list) =
        (points |> List.distinctBy snd).Length > 1

    let rate =
        run.Epochs
        |> List.choose (fun e -> e.LearningRate |> Option.map (fun r -> e.Epoch, r))

    let weights =
        run.Epochs
        |> List.collect (fun e -> Map.toList e.Weights |> List.map (fun (name, w) -> name, (e.Epoch, w)))
        |> List.groupBy fst
        |> List.map (fun (name, pairs) -> name, List.map snd pairs)

    [ if varies rate then
          Chart.lines
              "figure-learning-rate"
              "Learning rate by epoch"
              "learning rate"
              None
              [ series "learning rate" train "solid" rate ]
              (numbered (numbers.Figure()) [ text "Learning rate in use." ])
      if weights |> List.exists (snd >> varies) then
          Chart.lines
              "figure-weights"
              "Weights of the loss terms by epoch"
              "weight"
              None
              (weights
               |> List.mapi (fun i (name, points) -> series name (Chart.colour i) "solid" points))
              (numbered (numbers.Figure()) [ text "Weights of the loss terms." ]) ]

let curves (run: RunFolder) (numbers: Numbering) =
    let known = quantities run |> List.choose (chart run numbers)

    match known @ (if known.IsEmpty then [] else schedules run numbers) with
    | [] -> []
    | charts ->
        let best =
            match run.Result |> Option.bind _.BestEpoch, run.Epochs with
            | Some best, epochs when not epochs.IsEmpty && best < (List.last epochs).Epoch ->
                $" The dotted line marks the best epoch, {best}."
            | _ -> ""

        [ p
              [ text
                    "Training figures are averages over an epoch, taken while the weights still change; validation figures are taken after the epoch."
                text best
                text " Point at a curve to read its values, drag to zoom, double-click to return." ]
          div "charts" charts ]
