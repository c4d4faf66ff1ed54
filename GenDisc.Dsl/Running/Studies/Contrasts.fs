/// Rows of a study held against its first one, seed by seed or, with one seed, test example by test example.
module internal GenDisc.Running.Studies.Contrasts

open System
open GenDisc
open GenDisc.Core.Evaluation.Comparisons
open GenDisc.Core.Runtime

/// Below this an adjusted p-value is a finding.
let significance = 0.05

/// Names of tests, as a Contrast has them.
let pairedT = "paired t-test"
let mcNemar = "McNemar's test"
let signTest = "sign test"
let none = "none"

/// Runs of the baseline and of a row, of the seeds that both have.
let shared (baseline: StudyRow) (row: StudyRow) : RunResult list * RunResult list =
    List.unzip
        [ for seed, run in List.zip row.Seeds row.Runs do
              match List.tryFindIndex ((=) seed) baseline.Seeds with
              | Some i -> baseline.Runs[i], run
              | None -> () ]

/// Figures of the row and of the baseline, for the seeds of which both have one.
let pairs (metric: string) (baseline: RunResult list) (row: RunResult list) =
    List.zip row baseline
    |> List.map (fun (r, b) -> r.Test[metric], b.Test[metric])
    |> List.filter (fun (r, b) -> Double.IsFinite r && Double.IsFinite b)
    |> Array.ofList
    |> Array.unzip

/// Always the same draws, so that a study says the same whenever it is told.
let private stream () = RandomStream(0L, "contrasts")

let private untested difference =
    { Difference = difference
      Low = nan
      High = nan
      BootstrapLow = nan
      BootstrapHigh = nan
      P = nan
      Adjusted = nan
      Effect = nan
      Test = none
      Verdict = Verdict.NotTested }

let private overSeeds row baseline =
    let t = PairedT.Of(row, baseline)
    let bootstrap = PairedBootstrap.OfSeeds(row, baseline, stream ())

    let found =
        { untested t.Mean with
            Low = t.Interval.Low
            High = t.Interval.High
            BootstrapLow = bootstrap.Low
            BootstrapHigh = bootstrap.High
            P = t.PValue
            Effect = t.Effect
            Test = pairedT }

    // The same difference at every seed leaves Student's t no spread: all that is known is that all have one sign.
    if t.PValue = 0.0 then
        { found with
            P = Math.Pow(2.0, 1.0 - float t.Count)
            Test = signTest }
    else
        found

let private overExamples difference (row: RunResult) (baseline: RunResult) =
    match PredictionsFile.paired row.Folder baseline.Folder with
    | Error _ -> untested difference
    | Ok(right, wasRight) ->
        let interval = PairedBootstrap.OfExamples(right, wasRight, stream ())

        { untested difference with
            Low = interval.Low
            High = interval.High
            P = (McNemar.Of(right, wasRight)).PValue
            Test = mcNemar }

let private contrast metric (baseline: RunResult list, row: RunResult list) =
    match pairs metric baseline row with
    | [||], _ -> untested nan
    | [| figure |], [| other |] ->
        match row, baseline with
        | [ run ], [ first ] when metric = "accuracy" -> overExamples (figure - other) run first
        | _ -> untested (figure - other)
    | figures, others -> overSeeds figures others

let private verdict higherIsBetter (c: Contrast) =
    if Double.IsNaN c.Adjusted then Verdict.NotTested
    elif c.Adjusted >= significance then Verdict.NoDifferenceDetected
    elif c.Difference > 0.0 = higherIsBetter then Verdict.Better
    else Verdict.Worse

/// One contrast for each pair of a baseline's runs and a row's, whose seeds are the same and in the same order: the
/// paired t-test and bootstrap over two seeds or more; with one seed, of the accuracy alone, McNemar's exact test and the
/// bootstrap over the test examples both runs share. Holm's correction is over all pairs that could be tested.
let of' metric higherIsBetter (family: (RunResult list * RunResult list) list) : Contrast list =
    let found = family |> List.map (contrast metric)
    let adjusted = Holm.Adjust [| for c in found -> c.P |]

    [ for c, p in Seq.zip found adjusted do
          let corrected = { c with Adjusted = p }

          { corrected with
              Verdict = verdict higherIsBetter corrected } ]

/// How many of them were tested: the size of the family that Holm's correction is over.
let tested (contrasts: Contrast list) =
    contrasts |> List.filter (fun c -> not (Double.IsNaN c.P)) |> List.length
