/// What a study's numbers do not say, in sentences.
module internal GenDisc.Running.Studies.Limits

open System
open GenDisc
open GenDisc.Running.Studies.Phrases

/// From here on, Student's t forgives differences that are far from normal.
let private manySeeds = 20

/// Rows within this factor count as trained for equal compute: epochs are whole.
let private equalWithin = 1.1

let private seeds (rows: StudyRow list) =
    match rows |> List.map _.Runs.Length |> List.fold max 0 with
    | 0 -> []
    | 1 ->
        [ "One seed was run: nothing is known of how much figures change with the initial weights, the labelled examples or the order of training. What is tested holds for these trained models, not for the ways of training them." ]
    | n when n < manySeeds ->
        [ $"{n} seeds are few: intervals and p-values of Student's t take the differences between rows for about normal, which so few cannot show; the bootstrap intervals beside them are too short with so few." ]
    | n -> [ $"Intervals and p-values over {n} seeds take the mean difference for about normal." ]

let private testSet (rows: StudyRow list) =
    [ if rows |> List.exists (fun row -> row.Runs.Length > 1) then
          "Seeds change the initial weights, the order of training and which training examples are taken; the test examples are the same for all. The intervals cover chance in training, not in the choice of test examples."
      "Every row was judged on the same test set: the best of them by these figures owes some of its lead to chance, and choosing by them uses the test set up. Confirm a choice on data that had no say in it." ]

let private corrections metric family =
    [ if family > 1 then
          $"{family} comparisons were corrected by Holm's procedure, which keeps the chance of any false finding among them at most 5 %%; only {nameOf metric} was tested, and other figures are shown without a test."
      elif family = 1 then
          $"Only {nameOf metric} was tested; other figures are shown without a test." ]

/// What was found can still be too small to matter, or have nothing to be measured by.
let private sizes metric (found: (StudyRow * StudyRow * Contrast) list) =
    let sizes =
        [ for _, _, (c: Contrast) in found do
              if c.Verdict = Verdict.Better || c.Verdict = Verdict.Worse then
                  abs c.Difference ]

    let constant =
        [ for row, _, (c: Contrast) in found do
              if c.Test = Contrasts.signTest then
                  called row ]
        |> List.distinct

    [ if not sizes.IsEmpty then
          $"A difference that is detected may still be too small to matter: the smallest here is {gap metric (List.min sizes)}."
      if found |> List.exists (fun (_, _, c) -> c.Verdict = Verdict.NoDifferenceDetected) then
          "No difference detected does not mean none: smaller ones than these runs could show may be there."
      if not constant.IsEmpty then
          $"Every seed gave the same difference for {listed constant}, so the t-test has no spread to judge it by, and a sign test stands in for it; more seeds or more test examples would tell." ]

/// Highest and lowest training cost among rows that are held against each other, worst first.
let private compute (rows: StudyRow list) =
    let ratios =
        [ for _, group in rows |> List.groupBy _.Labels do
              let known =
                  group
                  |> List.filter (fun row -> Double.IsFinite row.TrainingFlops && row.TrainingFlops > 0.0)

              if known.Length > 1 then
                  let most = known |> List.maxBy _.TrainingFlops
                  let least = known |> List.minBy _.TrainingFlops
                  most.TrainingFlops / least.TrainingFlops, most, least ]

    match ratios with
    | [] -> []
    | _ ->
        let ratio, most, least = ratios |> List.maxBy (fun (ratio, _, _) -> ratio)

        if ratio <= equalWithin then
            [ "Rows were trained for about equal compute: their training FLOPs differ by at most a tenth." ]
        else
            let shown = Wording.fixedPoint (if ratio < 10.0 then 1 else 0) ratio

            [ $"Rows were not trained for equal compute: training FLOPs differ by a factor of {shown} ({called most} most, {called least} least), so a lead may be bought by computing more; equalCompute trains all for as many." ]

/// Runs that a row should have, and has not.
let private missing metric (rows: StudyRow list) =
    [ for row in rows do
          for seed, why in row.Missing do
              let short = (why.Split '\n')[0]
              $"{called row} has no run of seed {Show.integer seed}, which is left out of all its figures: {short.TrimEnd '.'}."

          let without =
              row.Runs |> List.filter (fun run -> not (Double.IsFinite run.Test[metric]))

          if not without.IsEmpty && without.Length < row.Runs.Length then
              $"{called row} has {nameOf metric} in {row.Runs.Length - without.Length} of its {row.Runs.Length} runs alone." ]

let private weights (kind: StudyKind) =
    [ if kind.IsPareto then
          "The front is drawn from means over seeds on the test set: weights near it may change sides with other seeds, and a weight to be used should be chosen on validation data." ]

/// Honest limits of a study: seeds, test set, correction, size of what was found, compute.
let of' (kind: StudyKind) (metric: string) (rows: StudyRow list) (family: int) : string list =
    [ yield! seeds rows
      yield! missing metric rows
      yield! testSet rows
      yield! corrections metric family
      yield! sizes metric (contrasts rows)
      yield! weights kind
      yield! compute rows ]
