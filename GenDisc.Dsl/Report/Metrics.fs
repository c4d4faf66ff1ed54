/// Figures by split: names, units, which way is better, and how sure the test figures are.
module internal GenDisc.Reporting.Metrics

open GenDisc
open GenDisc.Reporting.Html

let private splitNames = [ "train"; "validation"; "test" ]

/// Title, and which way is better, of a figure counted per `perUnit` (`image`); a regression's own unit where there is one.
let title (perUnit: string) (targetUnit: string option) key =
    let own = targetUnit |> Option.map (fun u -> $", {u}") |> Option.defaultValue ""

    match key with
    | "lossOfEnergies" -> "Loss (weighted sum, of differences of energies)", ""
    | "loss" -> "Loss (weighted sum)", "lower"
    | "accuracy" -> "Accuracy", "higher"
    | "balancedAccuracy" -> "Balanced accuracy (mean recall)", "higher"
    | "macroF1" -> "Macro F1 (mean over classes)", "higher"
    | "rocAuc" -> "Area under ROC curve, mean over classes", "higher"
    | "prAuc" -> "Area under precision–recall curve, mean", "higher"
    | "crossEntropy" -> "Cross-entropy, nats", "lower"
    | "logLoss" -> "Log loss, nats", "lower"
    | "brier" -> "Brier score", "lower"
    | "ece" -> "Expected calibration error (ECE)", "lower"
    | "eceAfterScaling" -> "ECE after temperature scaling", "lower"
    | "temperature" -> "Temperature of the scaling", ""
    | "elbo" -> $"ELBO, nats per {perUnit}", "higher"
    | "reconstruction" -> $"Reconstruction, nats per {perUnit}", "lower"
    | "kl" -> $"KL divergence, nats per {perUnit}", ""
    | "importance" -> $"Importance-weighted loss, nats per {perUnit}", "lower"
    | "sparsity" -> $"Sparsity Σ|z|, per {perUnit}", ""
    | "cd" -> "Contrastive divergence, difference of energies, nats", ""
    | "pcd" -> "Persistent contrastive divergence, difference of energies, nats", ""
    | "tempering" -> "Parallel tempering, difference of energies, nats", ""
    | "nll" -> $"Negative log-likelihood, nats per {perUnit}", "lower"
    | "logLikelihood" -> $"Log-likelihood, nats per {perUnit}", "higher"
    | "independentLogLikelihood" -> $"Log-likelihood of independent units, nats per {perUnit}", ""
    | "logZ" -> "log Z, nats", ""
    | "logZError" -> "Standard error of log Z, nats", ""
    | "baseLogZ" -> "log Z of the base rates that annealing starts from, nats", ""
    | "freeEnergy" -> $"Free energy, nats per {perUnit}, up to log Z", ""
    | "pseudoLikelihood" -> $"Pseudo-log-likelihood, nats per {perUnit}", "higher"
    | "reconstructionError" -> $"Reconstruction error, per {perUnit}", "lower"
    | "sparsityTarget" -> "Distance from the sparsity target, nats", "lower"
    | "energy" -> "Energy of data less that of samples, nats", ""
    | "isingEnergy" -> "Energy per spin of the machine’s samples", ""
    | "isingMagnetisation" -> "|Magnetisation| per spin of the machine’s samples", ""
    | "isingSpecificHeat" -> "Specific heat per spin of the machine’s samples", ""
    | "isingSusceptibility" -> "Susceptibility per spin of the machine’s samples", ""
    | "samplerEnergy" -> "Energy per spin of the sampler", ""
    | "samplerMagnetisation" -> "|Magnetisation| per spin of the sampler", ""
    | "samplerSpecificHeat" -> "Specific heat per spin of the sampler", ""
    | "samplerSusceptibility" -> "Susceptibility per spin of the sampler", ""
    | "denoising" -> "Denoising loss, squared error per number", "lower"
    | "mse" -> "Mean squared error (MSE)", "lower"
    | "rmse" -> $"Root mean squared error (RMSE){own}", "lower"
    | "persistenceRmse" -> $"RMSE of the persistence forecast{own}", ""
    | "seasonalNaiveRmse" -> $"RMSE of the seasonal-naive forecast{own}", ""
    | "noiseRmse" -> $"RMSE of the noise alone{own}", ""
    | "mae" -> $"Mean absolute error (MAE){own}", "lower"
    | "mase" -> "Mean absolute scaled error (MASE)", "lower"
    | "r2" -> "Coefficient of determination R²", "higher"
    | "preparedError" -> "Error that preparation leaves, squared, per number", ""
    | "oodAuroc" -> "AUROC against out-of-distribution data", "higher"
    | "oodAurocEnergy" -> "AUROC against out-of-distribution data, by energy", "higher"
    | "frechet" -> "Fréchet distance to test examples, no Inception FID", "lower"
    | "mmd" -> "Kernel distance to test examples, squared", "lower"
    | "mmdP" -> "Permutation test against test examples, p", "higher"
    | "precision" -> "Precision of samples", "higher"
    | "recall" -> "Recall of test examples by samples", "higher"
    | "density" -> "Density of samples among test examples", ""
    | "coverage" -> "Coverage of test examples by samples", "higher"
    | "recognised" -> "Samples that the judge tells as their class", "higher"
    | "confidence" -> "Confidence of the judge in samples", "higher"
    | "judgeAccuracy" -> "Accuracy of the judge on the examples told apart", "higher"
    | "tstrAccuracy" -> "Accuracy after learning from generated examples alone", "higher"
    | "generatedAgreement" -> "Generated examples that are told as the class asked for", "higher"
    | "memorisedShare" -> "Generated examples that all but copy a training example", "lower"
    | "oodAurocEntropy" -> "AUROC against out-of-distribution data, by predictive entropy", "higher"
    | "oodAurocInformation" -> "AUROC against out-of-distribution data, by mutual information", "higher"
    | "predictiveEntropy" -> "Predictive entropy, nats", ""
    | "expectedEntropy" -> "Expected entropy, nats", ""
    | "mutualInformation" -> "Mutual information of label and weights, nats", ""
    | "predictiveDeviation" -> $"Deviation of the members’ predictions{own}", ""
    | "iwae" -> $"Importance-weighted bound (IWAE), nats per {perUnit}", "higher"
    | "bitsPerDim" -> "Variational bound, bits per dimension", "lower"
    | "diffusionBound" -> $"Variational bound on −log p, nats per {perUnit}", "lower"
    | "flowLogLikelihood" -> $"Log-likelihood by the probability flow, nats per {perUnit}", "higher"
    | "looksPerExample" -> $"Looks of the network to tell one {perUnit}’s class", "lower"
    | "elboSampled" -> $"ELBO of the same examples, nats per {perUnit}", "higher"
    | "latentEss" -> "Effective sample size of the latent draws", "higher"
    | other when Wording.isTopK other -> $"Top-{other.Substring 3} accuracy", "higher"
    | other -> other, ""

let private describe (run: RunFolder) key =
    title run.Unit run.TargetUnit (if key = "loss" && run.HasEnergyTerm then "lossOfEnergies" else key)

let private format kind x =
    match kind with
    | Wording.Kind.Share -> Number.percent 2 x
    | Wording.Kind.Area -> Number.decimals 4 x
    | Wording.Kind.Plain -> Number.short x

let private bounds kind (low, high) =
    match kind with
    | Wording.Kind.Share -> $"{Number.decimals 2 (100.0 * low)}–{Number.decimals 2 (100.0 * high)}"
    | _ -> $"{format kind low}–{format kind high}"

type Origin =
    | Bootstrap
    | Wilson

/// The 95 % interval of a test figure: from the bootstrap if there is one, else Wilson's for the accuracy.
let interval (run: RunFolder) key =
    match run.Evaluation |> Option.bind (fun e -> Map.tryFind key e.Intervals) with
    | Some found -> Some(found, Bootstrap)
    | None ->
        let count = run.Result |> Option.bind (fun r -> Map.tryFind "test" r.Counts)

        match key, run.Metric "test.accuracy", count with
        | "accuracy", Some a, Some n when n > 0L && a >= 0.0 && a <= 1.0 -> Some(Statistics.wilson a n, Wilson)
        | _ -> None

/// The interval as text: `98.1–98.6`.
let intervalText (run: RunFolder) key =
    interval run key |> Option.map (fst >> bounds (Wording.kind key))

let private value (run: RunFolder) key split =
    match run.Metric $"{split}.{key}" with
    | None -> [ text "–" ]
    | Some x ->
        let range =
            if split = "test" then
                intervalText run key |> Option.map (fun range -> span "range" $" ({range})")
            else
                None

        text (format (Wording.kind key) x) :: Option.toList range

let private caption (run: RunFolder) (tested: string list) =
    let origins =
        tested
        |> List.choose (fun key -> interval run key |> Option.map (fun (_, origin) -> key, origin))

    let from origin =
        origins |> List.filter (snd >> (=) origin) |> List.isEmpty |> not

    let resamples =
        match run.Evaluation |> Option.bind _.Resamples with
        | Some n -> $" from {Number.count n} resamples of the test examples"
        | None -> " from resampled test examples"

    let limits = "they cover chance in the choice of test examples but not in training."

    let brackets =
        match from Bootstrap, from Wilson with
        | true, true ->
            $" In brackets: 95 %% bootstrap intervals{resamples}, and the 95 %% Wilson interval of the accuracy; {limits}"
        | true, false -> $" In brackets: 95 %% bootstrap intervals{resamples}; {limits}"
        | false, true ->
            " In brackets: 95 % Wilson interval of the test accuracy, which covers chance in the choice of test examples but not in training."
        | false, false -> ""

    let own =
        run.TargetUnit |> Option.map (fun u -> $" ({u})") |> Option.defaultValue ""

    let scaled =
        if run.Standardised then
            $" The model is trained on standardised targets: squared errors in the loss are in units of the training targets’ variance; MSE, RMSE and MAE are in the targets’ own units{own}."
        else
            ""

    $"Results by part of the data.{scaled}{brackets}"

/// Metrics by split.
let table (run: RunFolder) (numbers: Numbering) =
    let found =
        match run.Result with
        | None -> []
        | Some result ->
            result.Metrics
            |> Map.toList
            |> List.choose (fun (name, _) ->
                match name.Split('.', 2) with
                | [| split; key |] when List.contains split splitNames -> Some(split, key)
                | _ -> None)

    let used =
        splitNames |> List.filter (fun split -> found |> List.exists (fst >> (=) split))

    let keys = found |> List.map snd |> List.distinct
    let known = Wording.order |> List.filter (fun key -> List.contains key keys)
    let keys = known @ List.sort (List.except Wording.order keys)

    if keys.IsEmpty then
        []
    else
        let columns =
            ("Quantity", Align.Left) :: (used |> List.map (fun split -> split, Align.Right))
            @ [ "better", Align.Right ]

        let row key =
            let name, better = describe run key

            [],
            [ text name ] :: (used |> List.map (value run key))
            @ [ [ span "range" better ] ]

        let tested = found |> List.filter (fst >> (=) "test") |> List.map snd
        [ Html.table (numbered (numbers.Table()) [ text (caption run tested) ]) columns (keys |> List.map row) ]
