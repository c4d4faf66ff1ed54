/// Numbers and tables as plain text, the same under every culture.
module internal GenDisc.Wording

open System
open System.Globalization
open System.IO

let private invariant = CultureInfo.InvariantCulture

let fixedPoint (decimals: int) (x: float) =
    x.ToString("F" + decimals.ToString invariant, invariant)

/// `12,034`
let count (n: float) =
    (Math.Round n).ToString("#,0", invariant)

/// `4.4 s`, `1:05`, `2:00:09`
let duration (seconds: float) =
    if seconds < 60.0 then
        fixedPoint 1 seconds + " s"
    else
        let t = TimeSpan.FromSeconds(Math.Round seconds)
        let clock = t.ToString(@"mm\:ss", invariant)

        if t.TotalHours >= 1.0 then
            (int t.TotalHours).ToString invariant + ":" + clock
        else
            clock.TrimStart '0' |> fun c -> if c.StartsWith ':' then "0" + c else c

/// As `duration`, in whole seconds: for what is only guessed.
let about (seconds: float) =
    if seconds < 59.5 then
        fixedPoint 0 seconds + " s"
    else
        duration (Math.Round seconds)

/// `9.9 MB` (10^6 bytes)
let bytes (n: int64) =
    if n < 1_000_000L then
        fixedPoint 0 (float n / 1e3) + " kB"
    else
        fixedPoint 1 (float n / 1e6) + " MB"

/// A file that is being fetched or decoded, in words, and how far it has come. The reader of image folders puts
/// "decoding " before the name and counts images where a download counts bytes.
type Reading =
    {
        /// `fetching a.gz`
        Doing: string
        /// `fetched a.gz`
        Did: string
        /// `9.9 MB`, `12,000 images`; of the whole. Empty where that is unknown.
        Whole: string
        /// `3.1 MB of 9.9 MB`, `12,000 of 60,000`
        SoFar: string
    }

let private decodingMark = "decoding "

let reading (file: string) (received: int64) (total: int64) =
    let soFar amount =
        if total > 0L then amount received + " of " + amount total else amount received

    if file.StartsWith(decodingMark, StringComparison.Ordinal) then
        let images (n: int64) = count (float n)

        { Doing = file
          Did = "decoded " + file.Substring decodingMark.Length
          Whole = (if total > 0L then images total + " images" else "")
          SoFar = soFar images }
    else
        { Doing = "fetching " + file
          Did = "fetched " + file
          Whole = (if total > 0L then bytes total else "")
          SoFar = soFar bytes }

/// A path below the current directory as the user would type it; others in full.
let path (file: string) =
    let relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), file)

    if relative.StartsWith("..", StringComparison.Ordinal) then file else relative

/// How a figure is written.
[<RequireQualifiedAccess>]
type Kind =
    /// A part of a whole, in percent.
    | Share
    /// At most about 1, where the fourth decimal counts.
    | Area
    | Plain

/// Names of all figures, those that people look at first at the top.
let order =
    [ "loss"
      "accuracy"
      "balancedAccuracy"
      "top2"
      "top3"
      "top5"
      "macroF1"
      "rocAuc"
      "prAuc"
      "crossEntropy"
      "logLoss"
      "brier"
      "ece"
      "temperature"
      "eceAfterScaling"
      "judgeAccuracy"
      "oodAuroc"
      "oodAurocEnergy"
      "frechet"
      "mmd"
      "mmdP"
      "precision"
      "recall"
      "density"
      "coverage"
      "recognised"
      "confidence"
      "tstrAccuracy"
      "generatedAgreement"
      "memorisedShare"
      "oodAurocEntropy"
      "oodAurocInformation"
      "predictiveEntropy"
      "expectedEntropy"
      "mutualInformation"
      "logLikelihood"
      "independentLogLikelihood"
      "logZ"
      "logZError"
      "baseLogZ"
      "nll"
      "cd"
      "pcd"
      "tempering"
      "energy"
      "freeEnergy"
      "pseudoLikelihood"
      "reconstructionError"
      "sparsityTarget"
      "isingEnergy"
      "samplerEnergy"
      "isingMagnetisation"
      "samplerMagnetisation"
      "isingSpecificHeat"
      "samplerSpecificHeat"
      "isingSusceptibility"
      "samplerSusceptibility"
      "bitsPerDim"
      "diffusionBound"
      "flowLogLikelihood"
      "looksPerExample"
      "elbo"
      "iwae"
      "elboSampled"
      "latentEss"
      "reconstruction"
      "kl"
      "importance"
      "sparsity"
      "denoising"
      "mse"
      "rmse"
      "mae"
      "r2"
      "predictiveDeviation"
      "mase"
      "persistenceRmse"
      "seasonalNaiveRmse"
      "noiseRmse"
      "preparedError" ]

/// Whether a figure is the share of examples whose class is among the k most probable: `top5`.
let isTopK (name: string) =
    name.Length > 3
    && name.StartsWith("top", StringComparison.Ordinal)
    && Seq.forall Char.IsAsciiDigit (name.Substring 3)

/// How the figure of that name is written.
let kind (name: string) =
    match name with
    | "accuracy"
    | "balancedAccuracy"
    | "macroF1"
    | "ece"
    | "eceAfterScaling"
    | "precision"
    | "recall"
    | "coverage"
    | "recognised"
    | "confidence"
    | "judgeAccuracy"
    | "tstrAccuracy"
    | "generatedAgreement"
    | "memorisedShare" -> Kind.Share
    | "rocAuc"
    | "prAuc"
    | "brier"
    | "oodAuroc"
    | "oodAurocEnergy"
    | "oodAurocEntropy"
    | "oodAurocInformation"
    | "r2" -> Kind.Area
    | other when isTopK other -> Kind.Share
    | _ -> Kind.Plain

/// A figure of that name: shares in percent, the rest with about four digits.
let metric (name: string) (x: float) =
    if not (Double.IsFinite x) then
        x.ToString invariant
    else
        match kind name with
        | Kind.Share -> fixedPoint 2 (100.0 * x) + " %"
        | Kind.Area when abs x < 100.0 -> fixedPoint 4 x
        | _ when abs x >= 100.0 -> fixedPoint 2 x
        | _ when abs x >= 1.0 || x = 0.0 -> fixedPoint 3 x
        | _ when abs x >= 1e-3 -> fixedPoint 4 x
        | _ -> x.ToString("G4", invariant)

/// Names of the figures that any of these splits has; the well-known first.
let metricNames (splits: Metrics list) =
    let all =
        splits
        |> List.collect (fun m -> m.Values |> Map.toList |> List.map fst)
        |> List.distinct

    [ yield! order |> List.filter (fun name -> List.contains name all)
      yield! all |> List.filter (fun name -> not (List.contains name order)) |> List.sort ]

/// Splits without the test figures that say once more what others say: the log loss is the test's cross-entropy, top3
/// lies between top2 and top5, and what leads to the importance-weighted bound and to the mutual information is in the
/// report; so is what is told of samples beyond their Fréchet distance, the test of it, and the classes recognised.
let brief (splits: (string * Metrics) list) =
    let without (m: Metrics) =
        let has name = m.Values.ContainsKey name

        { Values =
            m.Values
            |> Map.filter (fun name _ ->
                match name with
                | "logLoss" -> not (has "crossEntropy")
                | "top3" -> not (has "top2" && has "top5")
                | "elboSampled"
                | "latentEss" -> not (has "iwae")
                | "predictiveEntropy"
                | "expectedEntropy" -> not (has "mutualInformation")
                | "oodAurocEntropy"
                | "oodAurocInformation" -> not (has "oodAuroc")
                | "mmd"
                | "precision"
                | "recall"
                | "density"
                | "coverage"
                | "confidence" -> not (has "frechet")
                | _ -> true) }

    [ for split, m in splits do
          split, without m ]

/// Rows of metrics × splits, header first; splits without any figure are left out.
let metricRows (splits: (string * Metrics) list) =
    let splits = splits |> List.filter (fun (_, m) -> not m.Values.IsEmpty)

    [ yield "" :: List.map fst splits
      for name in metricNames (List.map snd splits) do
          yield
              name
              :: [ for _, m in splits do
                       match Map.tryFind name m.Values with
                       | Some x -> metric name x
                       | None -> "" ] ]

/// Aligned lines with two spaces between columns; `right` says which columns align to the right.
let tableOf (right: bool list) (rows: string list list) =
    match rows with
    | [] -> []
    | header :: _ ->
        let widths =
            [ for column in 0 .. header.Length - 1 do
                  rows |> List.map (fun row -> row[column].Length) |> List.max ]

        [ for row in rows do
              List.zip3 row widths right
              |> List.map (fun (cell, width, right) -> if right then cell.PadLeft width else cell.PadRight width)
              |> String.concat "  "
              |> _.TrimEnd() ]

/// The first column to the left, figures to the right.
let table (rows: string list list) =
    let columns = rows |> List.tryHead |> Option.map _.Length |> Option.defaultValue 0

    tableOf
        [ for column in 0 .. columns - 1 do
              column > 0 ]
        rows

/// The line that stays after an epoch: train | validation of the figures people watch, as many as fit.
let epoch (width: int) (record: EpochRecord) (epochs: int) =
    let number =
        record.Epoch.ToString(invariant).PadLeft((epochs.ToString invariant).Length)

    let head =
        "epoch "
        + number
        + "/"
        + epochs.ToString invariant
        + "   "
        + duration record.Seconds

    let figures =
        [ for name in [ "loss"; "accuracy"; "elbo"; "pseudoLikelihood"; "mse" ] do
              match Map.tryFind name record.Train.Values, Map.tryFind name record.Validation.Values with
              | Some train, Some validation -> name + " " + metric name train + " | " + metric name validation
              | Some train, None -> name + " " + metric name train
              // some figures are worth their time once an epoch only
              | None, Some validation when name = "pseudoLikelihood" -> name + " " + metric name validation
              | None, _ -> () ]

    figures
    |> List.fold
        (fun (line: string, full) figure ->
            if full || line.Length + 3 + figure.Length > width then
                line, true
            else
                line + "   " + figure, false)
        (head, false)
    |> fst

/// `12 of 120 runs done, 2 running: a epoch 2 of 5, b epoch 1 of 5 (about 14:00 left)`
let jobs (progress: JobsProgress) =
    let many (n: int) = n.ToString invariant

    String.concat
        ""
        [ many progress.Ended
          " of "
          many progress.Total
          (if progress.Total = 1 then " run done" else " runs done")
          match progress.Running with
          | [] -> ()
          | running ->
              $", {many running.Length} running: "
              String.Join(", ", running)
          match progress.Remaining with
          | Some seconds when progress.Ended < progress.Total -> $" (about {about seconds} left)"
          | _ -> () ]
