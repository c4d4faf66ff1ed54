module GenDisc.Core.Tests.Evaluation.CalibrationTests

open System
open Expecto
open GenDisc.Core.Evaluation
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Evaluation.Drawn

let private lossAt temperature (logits: float32 array array) (labels: int array) =
    Array.zip logits labels
    |> Array.averageBy (fun (row, label) ->
        let scaled = row |> Array.map (fun z -> float z / temperature)
        let most = Array.max scaled
        most + log (scaled |> Array.sumBy (fun z -> exp (z - most))) - scaled[label])

/// At least one mistake, so that a best temperature exists.
let private drawn stream =
    let rows, labels = logits (between 30 60 stream) (between 2 5 stream) stream
    labels[0] <- Array.IndexOf(rows[0], Array.min rows[0])
    rows, labels

let private scaled (c: float32) rows = Array.map (Array.map ((*) c)) rows

let tests =
    testList
        "Calibration"
        [ testCase "bins hold counts, mean confidence and accuracy" (fun () ->
              let rows = [| [| 0.9; 0.1 |]; [| 0.8; 0.2 |]; [| 0.3; 0.7 |]; [| 0.5; 0.5 |] |]
              let bins = Calibration.Bins(rows, [| 0; 1; 1; 0 |], 4)
              Expect.equal (bins |> Array.map _.Count) [| 0L; 1L; 1L; 2L |] "0.5 belongs below, 0.7 above"
              Expect.equal (bins[3].Low, bins[3].High) (0.75, 1.0) "ends"
              Expect.isTrue (close 1e-12 0.85 bins[3].Confidence && bins[3].Accuracy = 0.5) "means"
              Expect.isTrue (Double.IsNaN bins[0].Confidence && Double.IsNaN bins[0].Accuracy) "empty")
          law "bins give the expected and the maximum calibration error" (fun stream ->
              let rows, labels = probabilities (between 1 60 stream) (between 2 5 stream) stream
              let bins = Calibration.Bins(rows, labels) |> Array.filter (fun b -> b.Count > 0L)
              let s = ClassificationScores.Of(rows, labels)
              let gap (b: ReliabilityBin) = abs (b.Accuracy - b.Confidence)

              bins.Length > 0
              && close 1e-12 s.Ece ((bins |> Array.sumBy (fun b -> float b.Count * gap b)) / float labels.Length)
              && close 1e-12 s.Mce (bins |> Array.map gap |> Array.max))
          testCase "a temperature by hand" (fun () ->
              // Right 3 times of 4 with logits (0, z): the best probability is 3/4, so z/T = ln 3.
              let rows = Array.create 4 [| 0f; 2f |]
              let t = Calibration.Temperature(rows, [| 1; 1; 1; 0 |])
              Expect.isTrue (close 1e-10 (2.0 / log 3.0) t) $"{t}")
          law "no temperature nearby fits better, nor does 1" (fun stream ->
              let rows, labels = drawn stream
              let t = Calibration.Temperature(rows, labels)
              let loss = lossAt t rows labels

              [ 1.0; t * 1.01; t / 1.01 ]
              |> List.forall (fun other -> loss <= lossAt (min 100.0 other) rows labels + 1e-12))
          law "logits scaled by c have a temperature scaled by c" (fun stream ->
              let rows, labels = drawn stream
              let t = Calibration.Temperature(rows, labels)

              t > 20.0
              || close 1e-9 (4.0 * t) (Calibration.Temperature(scaled 4f rows, labels)))
          law "a temperature changes no answer" (fun stream ->
              let rows, labels = drawn stream
              let best = Calibration.Temperature(rows, labels)

              let accuracy t =
                  let at row =
                      row |> Array.map (fun z -> float z / t) |> softmax

                  ClassificationScores.Of(Array.map at rows, labels).Accuracy

              accuracy 1.0 = accuracy best)
          testCase "where no temperature is best it is 1" (fun () ->
              let temperature rows labels = Calibration.Temperature(rows, labels)
              Expect.equal (temperature [||] [||]) 1.0 "no examples"
              Expect.equal (temperature [| [| 3f; 3f |] |] [| 0 |]) 1.0 "equal logits"
              Expect.equal (temperature [| [| 3f; 1f |]; [| 0f; 9f |] |] [| 0; 1 |]) 1.0 "every example right"
              Expect.equal (temperature [| [| nanf; 1f |]; [| 0f; 9f |] |] [| 1; 0 |]) 1.0 "not finite"
              Expect.equal (temperature [| [| 5f |] |] [| 0 |]) 1.0 "one class")
          testCase "rows and labels that do not fit are refused" (fun () ->
              let refused f = Expect.throws (f >> ignore) "refused"

              refused (fun () -> Calibration.Bins([||], [| 1 |]))
              refused (fun () -> Calibration.Bins([||], [||], 0))
              Expect.throwsT<ArgumentException> (fun () -> Calibration.Temperature([||], [| 1 |]) |> ignore) "refused")
          testCase "it stays within 0.01 and 100" (fun () ->
              Expect.equal (Calibration.Temperature([| [| 5f; 0f |] |], [| 1 |])) 100.0 "always wrong"
              let rows = scaled 1e-4f [| [| 3f; 0f |]; [| 3f; 0f |]; [| 3f; 0f |] |]
              Expect.equal (Calibration.Temperature(rows, [| 0; 0; 1 |])) 0.01 "tiny logits") ]
