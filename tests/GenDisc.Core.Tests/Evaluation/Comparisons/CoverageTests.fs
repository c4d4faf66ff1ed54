/// Whether the statistics of studies keep their word on results that are made up: of known truth, over 5 seeds.
module GenDisc.Core.Tests.Evaluation.Comparisons.CoverageTests

open Expecto
open GenDisc.Core.Evaluation
open GenDisc.Core.Evaluation.Comparisons
open GenDisc.Core.Runtime

let private seeds = 5

// Enough for a standard error of 0.0022 at 5 and at 95 %.
let private studies = 10_000

/// Accuracy of a model on test examples that it tells right with this chance each.
let private accuracy (stream: RandomStream) examples chance =
    let mutable right = 0

    for _ in 1..examples do
        if stream.NextDouble() < chance then
            right <- right + 1

    float right / float examples

/// χ² of 8 degrees of freedom, mean 8: skewness 1.
let private skewed (stream: RandomStream) =
    Seq.init 4 (fun _ -> -2.0 * log (1.0 - stream.NextDouble())) |> Seq.sum

/// Student's t of 5 degrees of freedom: kurtosis 9.
let private heavy (stream: RandomStream) =
    let spread = Seq.init 5 (fun _ -> stream.NextGaussian() ** 2.0) |> Seq.sum
    stream.NextGaussian() / sqrt (spread / 5.0)

/// Share of studies whose interval holds the true difference.
let private covered
    count
    (interval: float array -> float array -> Interval)
    truth
    (draw: RandomStream -> float * float)
    =
    let stream = RandomStream(11L, "coverage")

    let held =
        Seq.init count (fun _ ->
            let row, baseline = Array.init seeds (fun _ -> draw stream) |> Array.unzip

            interval row baseline)
        |> Seq.filter (fun i -> i.Low <= truth && truth <= i.High)
        |> Seq.length

    float held / float count

let private byT row baseline = (PairedT.Of(row, baseline)).Interval

/// What seeds share, such as a lucky labelled subset.
let private shared (stream: RandomStream) = 2.0 * stream.NextGaussian()

let private cases: (string * float * (RandomStream -> float * float)) list =
    [ "normal",
      0.3,
      (fun s ->
          let luck = shared s
          luck + 0.3 + s.NextGaussian(), luck + s.NextGaussian())
      "skewed",
      1.0,
      (fun s ->
          let luck = shared s
          luck + skewed s - 7.0, luck + s.NextGaussian())
      "heavy-tailed",
      0.0,
      (fun s ->
          let luck = shared s
          luck + heavy s, luck + heavy s)
      "accuracies on 200 test examples", 0.05, (fun s -> accuracy s 200 0.95, accuracy s 200 0.9) ]

/// Share of studies with any finding among rows that are all as good as the one baseline they are held against.
let private anyFinding rows (correct: float array -> float array) (draw: RandomStream -> float) =
    let stream = RandomStream(13L, "family")

    let wrong =
        Seq.init studies (fun _ ->
            // luck of a seed is shared by all rows, and the baseline by all comparisons
            let luck = Array.init seeds (fun _ -> stream.NextGaussian())

            let figures () =
                luck |> Array.map (fun l -> l + draw stream)

            let baseline = figures ()
            Array.init rows (fun _ -> (PairedT.Of(figures (), baseline)).PValue) |> correct)
        |> Seq.filter (Array.exists (fun p -> p < 0.05))
        |> Seq.length

    float wrong / float studies

let tests =
    testList
        "Coverage"
        [ for name, truth, draw in cases do
              testCase $"95 %% t intervals over 5 seeds cover 93-97 %%: {name}" (fun () ->
                  let share = covered studies byT truth draw
                  Expect.isTrue (share >= 0.93 && share <= 0.97) $"{share}")

          testCase "the percentile bootstrap over 5 seeds covers less, as documented" (fun () ->
              let bootstrap row baseline =
                  PairedBootstrap.OfSeeds(row, baseline, RandomStream(0L, "unused"))

              let _, truth, draw = cases.Head
              let share = covered 2000 bootstrap truth draw
              Expect.isTrue (share > 0.80 && share < 0.87) $"{share}")

          testCase "the bootstrap over test examples covers 93-97 %" (fun () ->
              let stream = RandomStream(12L, "examples")
              let sets = 800

              let held =
                  Seq.init sets (fun _ ->
                      let right chance =
                          Array.init 400 (fun _ -> stream.NextDouble() < chance)

                      PairedBootstrap.OfExamples(right 0.9, right 0.87, stream, 300))
                  |> Seq.filter (fun i -> i.Low <= 0.03 && 0.03 <= i.High)
                  |> Seq.length

              let share = float held / float sets
              Expect.isTrue (share >= 0.93 && share <= 0.97) $"{share}")

          for name, draw in
              [ "normal", (fun (s: RandomStream) -> s.NextGaussian())
                "skewed", skewed
                "heavy-tailed", heavy
                "accuracies on 200 test examples", (fun s -> accuracy s 200 0.9) ] do
              testCase $"Holm's procedure finds anything in at most 5 %% of studies of five nulls: {name}" (fun () ->
                  let share = anyFinding 5 Holm.Adjust draw
                  Expect.isTrue (share > 0.01 && share <= 0.05) $"{share}")

          testCase "without it, false findings are several times as many" (fun () ->
              let share = anyFinding 5 id _.NextGaussian()
              Expect.isGreaterThan share 0.12 $"{share}")

          testCase "where some rows do differ, the others are still found in at most 5 % of studies" (fun () ->
              let stream = RandomStream(14L, "mixed")

              let wrong =
                  Seq.init studies (fun _ ->
                      let figures shift =
                          Array.init seeds (fun _ -> shift + stream.NextGaussian())

                      let baseline = figures 0.0

                      [| 10.0; 10.0; 0.0; 0.0; 0.0 |]
                      |> Array.map (fun shift -> (PairedT.Of(figures shift, baseline)).PValue)
                      |> Holm.Adjust)
                  |> Seq.filter (fun adjusted -> adjusted[2..] |> Array.exists (fun p -> p < 0.05))
                  |> Seq.length

              let share = float wrong / float studies
              Expect.isTrue (share <= 0.05) $"{share}") ]
