/// What a run checks of its own diffusion model: whether the network listens, learned anything, and draws what it should.
module internal GenDisc.Running.DenoisedChecks

open System
open GenDisc
open GenDisc.Core.Evaluation.Diffusion
open GenDisc.Core.Training

/// A check, what it found, and what to do where it failed.
type Check =
    {
        Name: string
        Title: string
        Passed: bool
        /// In one clause without a full stop.
        Found: string
        Advice: string
    }

/// Losses of averaged and of raw weights on the same validation examples, where weights were averaged.
type Averaging = { Averaged: float; Raw: float }

/// Both losses after the last epoch of a training that averaged weights.
let averaging (outcome: TrainingOutcome) =
    match outcome.Raw, Seq.tryLast outcome.Epochs with
    | null, _
    | _, None -> None
    | raw, Some last ->
        match raw.TryGetValue "loss", last.Validation.TryGetValue "loss" with
        | (true, raw), (true, averaged) -> Some { Averaged = averaged; Raw = raw }
        | _ -> None

let private percent (x: float) =
    if Double.IsFinite x then
        $"{Wording.fixedPoint 1 (100.0 * x)} %%"
    else
        "not a number"

let private short (x: float) = Wording.metric "" x

/// Share of the loss that the truth must save.
let private leastForTime = 0.01

let private leastForClass = 0.001

/// Averaged weights may be worse than raw ones by this share of the loss.
let private mostForAverage = 0.02

let private longer = "Train longer, or with a larger network"

let private time (found: Sensitivity) =
    let passed = found.Listens leastForTime

    { Name = "time"
      Title = "The network listens to the time"
      Passed = passed
      Found =
        (if passed then
             $"told the time of another example, its loss rises by {percent found.Change}"
         else
             $"told the time of another example, its loss rises by no more than {percent found.Change}: it ignores how noisy its input is")
      Advice =
        $"{longer}; a network of one's own must use the time in every block. Without it samples come out blurred or as noise." }

let private classes (found: Sensitivity) =
    let passed = found.Listens leastForClass

    { Name = "class"
      Title = "The network listens to the class"
      Passed = passed
      Found =
        (if passed then
             $"told another class, its loss rises by {percent found.Change}"
         else
             $"told another class, its loss rises by no more than {percent found.Change}: samples of a class will be of any class")
      Advice = $"{longer}, or raise guided." }

let private stepsOf (levels: NoiseLevel list) =
    // neighbouring ranges are told as one
    levels
    |> List.fold
        (fun runs (level: NoiseLevel) ->
            match runs with
            | (first, last) :: rest when last + 1 = level.First -> (first, level.Last) :: rest
            | _ -> (level.First, level.Last) :: runs)
        []
    |> List.rev
    |> List.map (fun (first, last) -> if first = last then Show.integer first else $"{first}–{last}")
    |> String.concat ", "

let private levels (found: NoiseLevel list) =
    let worse = found |> List.filter _.IsWorse
    let better = found |> List.filter _.IsBetter
    let passed = worse.IsEmpty && not better.IsEmpty

    { Name = "levels"
      Title = "The network beats guessing at every noise level"
      Passed = passed
      Found =
        (if not worse.IsEmpty then
             $"at steps {stepsOf worse} its loss is above that of predicting nothing but zero or the mean"
         elif better.IsEmpty then
             "at no noise level is it better than predicting nothing but zero or the mean: it has learned nothing"
         elif better.Length = found.Length then
             $"it is better than predicting zero or the mean in all of {found.Length} ranges of steps"
         else
             $"it is better than predicting zero or the mean in {better.Length} of {found.Length} ranges of steps, and worse in none")
      Advice =
        $"{longer}; where only the first or the last steps are bad, predict the velocity, or weigh by minSnr 5.0." }

let private range (latents: bool) (found: SampleRange) =
    let what = if latents then "latents" else "values"

    let reach =
        $"{what} of samples lie between {short found.Low} and {short found.High}, {percent found.Outside} of them outside what the data allow"

    { Name = "range"
      Title = "Samples stay in the range of the data"
      Passed = not found.RunsOff
      Found =
        (if found.NotFinite > 0.0 then
             $"{percent found.NotFinite} of the {what} of samples are not finite"
         elif
             found.Outside <= SampleRange.MostOutside
             && found.Saturated > SampleRange.MostSaturated
         then
             $"{percent found.Saturated} more of the {what} of samples than of the data are black or white to the last"
         else
             reach)
      Advice =
        "Lower guided or the learning rate, take more steps of sampling (sampledWith (ddim 100)), or predict the velocity." }

let private spread (found: SampleRange) =
    { Name = "spread"
      Title = "Samples vary as much as the data"
      Passed = not (found.IsTooNarrow || found.IsTooWide)
      Found =
        (let ratio = $"their variance is {short found.Spread} times that of the data"

         if found.IsTooNarrow then ratio + ": samples are all but alike"
         elif found.IsTooWide then ratio + ": they scatter too far"
         else ratio)
      Advice = $"{longer}; where guided is large, lower it." }

let private structure (found: SampleStructure) =
    let likeness =
        $"they stand at {Wording.fixedPoint 2 found.Noisiness} on a scale on which data are at 0 and noise is at 1"

    { Name = "structure"
      Title = "Samples are more than noise"
      Passed = not found.LooksLikeNoise
      Found =
        (if not found.Tells then "the data themselves cannot be told from noise by it"
         elif found.LooksLikeNoise then $"they look like noise: {likeness}"
         else likeness)
      Advice = $"{longer}, look at the loss of each noise level, and take more steps of sampling." }

let private average (found: Averaging) =
    let change = (found.Averaged - found.Raw) / max (abs found.Raw) 1e-12
    let passed = change <= mostForAverage

    let losses =
        $"validation loss {short found.Averaged} averaged, {short found.Raw} raw"

    { Name = "average"
      Title = "Averaged weights are no worse than raw ones"
      Passed = passed
      Found =
        (if passed then
             losses
         else
             $"{losses}: the average still lags behind by {percent change}")
      Advice = "Average over fewer steps (ema 0.99), or train for more epochs." }

/// What was measured; parts that do not apply are absent.
type Measured =
    {
        Levels: NoiseLevel list
        Time: Sensitivity
        Class: Sensitivity option
        /// In the units of what the diffusion model reads.
        Range: SampleRange
        OfLatents: bool
        Structure: SampleStructure option
        Averaging: Averaging option
    }

/// The checks in the order of the report.
let judge (m: Measured) =
    [ range m.OfLatents m.Range
      if Double.IsFinite m.Range.Spread then
          spread m.Range
      match m.Structure with
      | Some found -> structure found
      | None -> ()
      time m.Time
      match m.Class with
      | Some found -> classes found
      | None -> ()
      levels m.Levels
      match m.Averaging with
      | Some found -> average found
      | None -> () ]

/// A failing check as a warning.
let warning (check: Check) =
    $"a check of the diffusion model fails. {check.Title}: {check.Found}. {check.Advice}"

/// A check for `denoising.json`.
let told (check: Check) =
    Json.object
        [ "name", Json.text check.Name
          "title", Json.text check.Title
          "passed", Json.truth check.Passed
          "found", Json.text check.Found
          "advice", Json.text check.Advice ]

/// The check that fails where samples cannot be drawn at all.
let notFinite =
    { Name = "range"
      Title = "Samples stay in the range of the data"
      Passed = false
      Found = "samples run off: on the way from noise their numbers are no longer finite"
      Advice =
        "Lower the learning rate or add clip 1.0, lower guided, take more steps of sampling, or predict the velocity." }

let json (m: Measured) (checks: Check list) =
    [ "checks", Json.list (List.map told checks)
      "levels",
      Json.list
          [ for level in m.Levels do
                Json.object
                    [ "first", Json.integer (int64 level.First)
                      "last", Json.integer (int64 level.Last)
                      "logSnr", Json.number level.LogSignalToNoise
                      "loss", Json.number level.Loss
                      "zero", Json.number level.Zero
                      "mean", Json.number level.Mean
                      "gaussian", Json.number level.Gaussian ] ] ]
