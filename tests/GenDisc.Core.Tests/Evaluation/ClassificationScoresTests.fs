module GenDisc.Core.Tests.Evaluation.ClassificationScoresTests

open System
open System.Collections.Generic
open Expecto
open GenDisc.Core.Evaluation
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Evaluation.Drawn

let private rows =
    [| [| 0.7; 0.2; 0.1 |]
       [| 0.1; 0.6; 0.3 |]
       [| 0.5; 0.3; 0.2 |]
       [| 0.2; 0.2; 0.6 |] |]

let private scores = ClassificationScores.Of(rows, [| 0; 1; 1; 2 |])

/// Two classes, from the probabilities of class 1.
let private binary (ones: float list) labels =
    ClassificationScores.Of([| for p in ones -> [| 1.0 - p; p |] |], Array.ofList labels)

let private equal what expected (actual: float) =
    Expect.isTrue (close 1e-12 expected actual) $"{what}: {actual} is not {expected}"

/// Of at most 6 classes and 40 examples, some classes perhaps missing.
let private drawn stream =
    probabilities (between 1 40 stream) (between 2 6 stream) stream

let tests =
    testList
        "ClassificationScores"
        [ testCase "scores of four examples by hand" (fun () ->
              equal "accuracy" 0.75 scores.Accuracy
              equal "balanced accuracy" (2.5 / 3.0) scores.BalancedAccuracy
              equal "log loss" (-(log 0.7 + 2.0 * log 0.6 + log 0.3) / 4.0) scores.LogLoss
              equal "Brier" 0.355 scores.Brier
              equal "macro precision" (2.5 / 3.0) scores.MacroPrecision
              equal "macro recall" (2.5 / 3.0) scores.MacroRecall
              equal "macro F1" (7.0 / 9.0) scores.MacroF1
              equal "top 2" 1.0 scores.TopK[2]
              equal "ROC" 1.0 scores.RocAucMacro
              equal "PR" 1.0 scores.PrAucMacro
              equal "ECE" 0.4 scores.Ece
              equal "MCE" 0.5 scores.Mce
              Expect.isTrue (allClose 1e-12 [| 0.5; 1.0; 1.0 |] scores.Precision) "precision"
              Expect.isTrue (allClose 1e-12 [| 1.0; 0.5; 1.0 |] scores.Recall) "recall"
              Expect.isTrue (allClose 1e-12 [| 2.0 / 3.0; 2.0 / 3.0; 1.0 |] scores.F1) "F1"
              Expect.equal scores.Support [| 1L; 2L; 1L |] "support")
          testCase "figures have their names, tops only below the number of classes" (fun () ->
              let names (s: ClassificationScores) =
                  s.Figures().Keys |> Seq.sort |> List.ofSeq

              let common =
                  [ "balancedAccuracy"; "brier"; "ece"; "logLoss"; "macroF1"; "prAuc"; "rocAuc" ]

              Expect.equal (names scores) (List.sort ("top2" :: common)) "three classes"
              Expect.equal (names (binary [ 0.2 ] [ 0 ])) common "two classes"

              let six = ClassificationScores.Of([| Array.create 6 (1.0 / 6.0) |], [| 2 |])
              Expect.equal (names six) (List.sort (common @ [ "top2"; "top3"; "top5" ])) "six classes"
              Expect.equal (six.TopK[2], six.TopK[3]) (0.0, 1.0) "of equals the first come first")
          testCase "areas with ties by hand" (fun () ->
              let s = binary [ 0.9; 0.8; 0.8; 0.4; 0.3; 0.3; 0.2 ] [ 1; 1; 0; 1; 0; 1; 0 ]

              equal "ROC: 9 of 12 pairs" 0.75 s.RocAucMacro
              equal "average precision" (37.0 / 48.0) s.PrAucMacro
              equal "class 0 mirrors it" 0.75 s.RocAuc[0])
          testCase "perfect, reversed and uninformed scores" (fun () ->
              let area ones =
                  (binary ones [ 0; 0; 1; 1 ]).RocAucMacro

              equal "perfect" 1.0 (area [ 0.1; 0.2; 0.3; 0.4 ])
              equal "reversed" 0.0 (area [ 0.4; 0.3; 0.2; 0.1 ])
              equal "uninformed" 0.5 (area [ 0.5; 0.5; 0.5; 0.5 ])
              equal "precision of the uninformed is the share" 0.5 (binary [ 0.5; 0.5 ] [ 0; 1 ]).PrAucMacro)
          testCase "what calibrated probabilities claim comes true" (fun () ->
              let right = [| for i in 0..9 -> if i < 7 then 0 else 1 |]
              let s = ClassificationScores.Of(Array.create 10 [| 0.7; 0.3 |], right)
              Expect.isLessThan s.Ece 1e-12 "7 of 10 at 0.7"
              let sure = ClassificationScores.Of(Array.create 10 [| 1.0; 0.0 |], right)
              equal "certain and 3 of 10 wrong" 0.3 sure.Ece
              equal "its log loss stays finite" (-0.3 * log 1e-15) sure.LogLoss
              equal "its Brier score" 0.6 sure.Brier)
          testCase "classes that do not occur are left out of macro figures" (fun () ->
              let s = ClassificationScores.Of(rows, [| 0; 1; 1; 0 |])
              equal "recall over classes 0 and 1" 0.5 s.MacroRecall
              Expect.isTrue (Double.IsNaN s.Recall[2] && Double.IsNaN s.RocAuc[2] && Double.IsNaN s.PrAuc[2]) "class 2"
              equal "predicted but never right" 0.0 s.F1[2]
              let one = ClassificationScores.Of([| [| 0.8; 0.2 |] |], [| 0 |])
              Expect.isTrue (Double.IsNaN one.RocAucMacro && Double.IsNaN one.Precision[1]) "undefined")
          law "areas agree with their definition by pairs" (fun stream ->
              let rows, labels = drawn stream
              let areas = ClassificationScores.Of(rows, labels).RocAuc

              areas
              |> Array.indexed
              |> Array.forall (fun (k, area) ->
                  let side f =
                      Array.zip rows labels
                      |> Array.choose (fun (row, l) -> if f l then Some row[k] else None)

                  match side ((=) k), side ((<>) k) with
                  | [||], _
                  | _, [||] -> Double.IsNaN area
                  | inside, outside -> close 1e-12 (aurocOfPairs inside outside) area))
          law "bounds hold" (fun stream ->
              let rows, labels = drawn stream
              let s = ClassificationScores.Of(rows, labels)
              let share v = v >= 0.0 && v <= 1.0 + 1e-12

              let shares =
                  [ s.Accuracy
                    s.BalancedAccuracy
                    s.MacroF1
                    s.MacroPrecision
                    s.Ece
                    s.Mce
                    s.Brier / 2.0 ]

              List.forall share shares
              && s.Ece <= s.Mce + 1e-12
              && s.LogLoss >= 0.0
              && Seq.forall (fun (KeyValue(_, top)) -> share top && top >= s.Accuracy) s.TopK
              && Array.sum s.Support = labels.LongLength)
          law "the order of examples is nothing" (fun stream ->
              let rows, labels = drawn stream
              let order = [| 0 .. labels.Length - 1 |]
              stream.Shuffle(order.AsSpan())
              let a = ClassificationScores.Of(rows, labels).Figures()

              let b =
                  ClassificationScores
                      .Of(Array.map (Array.get rows) order, Array.map (Array.get labels) order)
                      .Figures()

              a.Keys
              |> Seq.forall (fun k -> close 1e-10 a[k] b[k] || Double.IsNaN a[k] && Double.IsNaN b[k]))
          testCase "intervals are those of examples drawn one by one" (fun () ->
              let rows, labels = probabilities 60 4 (RandomStream(3L, "cases"))

              let fast =
                  ClassificationScores.Intervals(rows, labels, RandomStream(5L, "draws"), 40)

              let figures (drawn: int array) : IReadOnlyDictionary<string, float> =
                  let s =
                      ClassificationScores.Of(Array.map (Array.get rows) drawn, Array.map (Array.get labels) drawn)

                  let all = Dictionary(s.Figures())
                  all["accuracy"] <- s.Accuracy
                  all

              let slow = oneByOne 60 figures (RandomStream(5L, "draws")) 40
              Expect.equal (Seq.sort fast.Keys |> List.ofSeq) (Seq.sort slow.Keys |> List.ofSeq) "names"

              for KeyValue(name, interval) in slow do
                  equal name interval.Low fast[name].Low
                  equal name interval.High fast[name].High)
          testCase "intervals hold the figures themselves" (fun () ->
              let rows, labels = probabilities 400 3 (RandomStream(4L, "cases"))
              let s = ClassificationScores.Of(rows, labels)

              let intervals =
                  ClassificationScores.Intervals(rows, labels, RandomStream(1L, "draws"), 200)

              for name, value in
                  [ "accuracy", s.Accuracy
                    "logLoss", s.LogLoss
                    "brier", s.Brier
                    "macroF1", s.MacroF1
                    "rocAuc", s.RocAucMacro
                    "prAuc", s.PrAucMacro ] do
                  Expect.isTrue (intervals[name].Low < value && value < intervals[name].High) name)
          testCase "rows and labels that do not fit are refused" (fun () ->
              let refused (rows: float array array) labels =
                  Expect.throwsT<ArgumentException>
                      (fun () -> ClassificationScores.Of(rows, labels) |> ignore)
                      $"{rows} {labels}"

              refused [||] [||]
              refused [| [| 1.0; 0.0 |] |] [| 0; 1 |]
              refused [| [| 1.0; 0.0 |] |] [| 2 |]
              refused [| [| 1.0; 0.0 |] |] [| -1 |]
              refused [| [| 1.0; 0.0 |]; [| 1.0 |] |] [| 0; 0 |]) ]
