/// Windows of series with missing values.
module GenDisc.Core.Tests.Data.WindowGapsTests

open System
open Expecto
open FsCheck.FSharp
open GenDisc.Core.Data
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Data.WindowsTests

type private Case =
    { Columns: int
      Values: float32 array
      History: int
      Horizon: int
      Seed: int64 }

    member c.Steps = c.Values.Length / c.Columns

    member c.IsKnown step =
        seq { 0 .. c.Columns - 1 }
        |> Seq.forall (fun j -> not (Single.IsNaN c.Values[step * c.Columns + j]))

    member c.MakeOf values =
        series c.Columns values |> make c.History c.Horizon 0.25 0.2 None

    member c.Make() = c.MakeOf c.Values

/// 60 steps: 36 to train, 9 to validate, 15 to test; about one value in eight is missing.
let private cases =
    gen {
        let! columns = Gen.choose (1, 3)
        let! history = Gen.choose (1, 6)
        let! horizon = Gen.choose (1, 3)
        let! seed = Gen.choose (0, 100000)
        let stream = RandomStream(int64 seed, "gaps")

        let values =
            Array.init (columns * 60) (fun i ->
                let step = i / columns
                let value = float32 (stream.NextGaussian())
                // Three steps in a row are known in each segment.
                let isFixed = List.contains step [ 10; 11; 12; 38; 39; 40; 50; 51; 52 ]
                if stream.NextInt 8 = 0 && not isFixed then nanf else value)

        return
            { Columns = columns
              Values = values
              History = history
              Horizon = horizon
              Seed = int64 seed }
    }
    |> Arb.fromGen

let private law name (check: Case -> bool) =
    testProperty name (Prop.forAll cases check)

/// The steps at which a segment's targets may begin.
let private complete (c: Case) first last =
    [ for step in first .. last - c.Horizon + 1 do
          if Seq.forall c.IsKnown (seq { step .. step + c.Horizon - 1 }) then
              step ]

let private rows (data: Dataset) =
    [ for i in 0 .. data.Count - 1 ->
          data.Values.Slice(i * data.ExampleSize, data.ExampleSize).ToArray(),
          data.Targets.Slice(i * data.TargetSize, data.TargetSize).ToArray() ]

/// A series of one column, cut into 3 steps and the next one, a quarter to test and none to validate.
let private gappy values =
    series 1 values |> make 3 1 0.25 0.0 None

let tests =
    testList
        "Windows with gaps"
        [ test "an input goes on from the last known value, and never a later one" {
              let values = Array.init 20 float32
              values[4] <- nanf
              values[5] <- nanf
              values[16] <- nanf
              let w = gappy values

              Expect.equal
                  w.Filled
                  [| for t in 0f .. 19f ->
                         match t with
                         | 5f
                         | 4f -> 3f
                         | 16f -> 15f
                         | t -> t |]
                  "filled"

              Expect.equal (List.ofSeq w.TestSteps) [ 15; 17; 18; 19 ] "step 16 is not to be forecast"
              Expect.equal w.Splits.Train.Count 10 "3 to 14 without 4 and 5"
          }
          test "before the first known value stands the mean of the known values trained on" {
              let values = Array.init 20 float32
              values[0] <- nanf
              values[1] <- nanf
              let w = gappy values
              // 2 to 14
              Expect.equal (w.Scaling.Mean[0], w.Filled[0], w.Filled[1]) (8.0, 8f, 8f) "mean"
              Expect.floatClose Accuracy.veryHigh w.Scaling.Deviation[0] (sqrt 14.0) "deviation"
              Expect.equal (w.Splits.Train.Data.Values.Span[0]) 0f "standardised"
          }
          test "without gaps the series itself is used" {
              let s = counting 2 40
              let w = s |> make 3 1 0.25 0.0 None
              Expect.isTrue (obj.ReferenceEquals(w.Filled, s.Values)) "no copy"
              Expect.equal (List.ofSeq w.TestSteps) [ 30..39 ] "every step"
          }
          law "no value changes an input before it" (fun c ->
              let before = c.Make()
              let stream = RandomStream(c.Seed, "changes")
              let step = before.TrainSteps + stream.NextInt(c.Steps - before.TrainSteps)
              let i = step * c.Columns + stream.NextInt c.Columns
              let changed = Array.copy c.Values
              // A gap becomes a value, and a value another one.
              changed[i] <- if Single.IsNaN changed[i] then 1000f else changed[i] * 3f + 1000f
              let after = c.MakeOf changed

              /// Inputs of the test by the step of their target.
              let inputs (w: WindowedSeries) =
                  Seq.zip w.TestSteps (rows w.Splits.Test.Data)
                  |> Seq.map (fun (target, (x, _)) -> target, Array.map BitConverter.SingleToInt32Bits x)
                  |> Map.ofSeq

              let later = inputs after

              bits after.Splits.Train.Data = bits before.Splits.Train.Data
              && columnsOf after.Scaling = columnsOf before.Scaling
              && inputs before
                 |> Map.forall (fun target x -> target > step || not (later.ContainsKey target) || later[target] = x)
              && after.Filled[.. step * c.Columns - 1] = before.Filled[.. step * c.Columns - 1])
          law "a target with a missing value is in no split, and every other one is" (fun c ->
              let w = c.Make()

              let scaled step =
                  [| for k in step * c.Columns .. (step + c.Horizon) * c.Columns - 1 ->
                         float32 (w.Scaling.Apply(k % c.Columns, float c.Values[k])) |]

              let holds (split: Split) first last =
                  (rows split.Data |> List.map snd) = (complete c first last |> List.map scaled)

              holds w.Splits.Train c.History (w.TrainSteps - 1)
              && holds w.Splits.Validation w.TrainSteps (w.TestStart - 1)
              && holds w.Splits.Test w.TestStart (c.Steps - 1)
              && List.ofSeq w.TestSteps = complete c w.TestStart (c.Steps - 1)
              && Seq.forall Single.IsFinite w.Filled)
          law "an input is the filled series before its target" (fun c ->
              let w = c.Make()

              rows w.Splits.Test.Data
              |> List.forall2
                  (fun step (x, _) ->
                      x =
                          [| for k in (step - c.History) * c.Columns .. step * c.Columns - 1 ->
                                 float32 (w.Scaling.Apply(k % c.Columns, float w.Filled[k])) |])
                  (List.ofSeq w.TestSteps))
          test "nothing known where something must be" {
              let without first last =
                  Array.init 20 (fun t -> if t >= first && t <= last then nanf else float32 t)

              for first, last, parts in
                  [ 0, 14, [ "column c1"; "all 15 steps of the training segment"; "Leave the column out" ]
                    3, 14, [ "every target of the training segment"; "12 steps" ]
                    15, 19, [ "every target of the test segment"; "5 steps"; "1 in a row" ] ] do
                  userError ("s:" :: parts) (fun () -> gappy (without first last)) |> ignore
          } ]
