/// Which way test figures are better.
module internal GenDisc.Running.Studies.Direction

open System
open GenDisc

/// Whether a higher figure of that name is better; None of those that are neither good nor bad, such as `kl`, and of
/// names that say nothing.
let tryOf (metric: string) =
    let ends (words: string list) =
        words
        |> List.exists (fun word -> metric.EndsWith(word, StringComparison.OrdinalIgnoreCase))

    match metric with
    | "kl"
    | "temperature"
    | "persistenceRmse"
    | "seasonalNaiveRmse"
    | "noiseRmse"
    | "predictiveEntropy"
    | "expectedEntropy"
    | "mutualInformation"
    | "independentLogLikelihood" -> None
    | "r2"
    | "elbo"
    | "iwae"
    | "elboSampled"
    | "latentEss"
    | "generatedAgreement"
    | "precision"
    | "recall"
    | "coverage"
    | "recognised"
    | "confidence"
    | "judgeAccuracy"
    | "mmdP"
    | "oodAurocEnergy"
    | "oodAurocEntropy"
    | "oodAurocInformation" -> Some true
    | "nll"
    | "diffusionBound"
    | "bitsPerDim"
    | "looksPerExample"
    | "brier"
    | "frechet"
    | "mmd"
    | "memorisedShare"
    | "preparedError"
    | "denoising"
    | "reconstruction"
    | "eceAfterScaling" -> Some false
    | _ when Wording.isTopK metric -> Some true
    | _ when ends [ "accuracy"; "auc"; "auroc"; "f1"; "likelihood" ] -> Some true
    | _ when
        ends
            [ "loss"
              "entropy"
              "ece"
              "mse"
              "mae"
              "mase"
              "reconstructionError"
              "fpr95" ]
        ->
        Some false
    | _ -> None

/// The same, with lower as better where nothing is known.
let higherIsBetter metric =
    tryOf metric |> Option.defaultValue false
