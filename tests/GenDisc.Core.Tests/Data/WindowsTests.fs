module GenDisc.Core.Tests.Data.WindowsTests

open System
open System.Collections.Immutable
open Expecto
open FsCheck.FSharp
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Modules.Building

let series columns (values: float32 array) =
    Series("s", ImmutableArray.CreateRange [ for j in 1..columns -> $"c{j}" ], values, [||])

/// Column j at step t is 100 j + t.
let counting columns steps =
    series
        columns
        [| for t in 0 .. steps - 1 do
               for j in 0 .. columns - 1 do
                   float32 (100 * j + t) |]

type private Case =
    { Columns: int
      Values: float32 array
      History: int
      Horizon: int
      Train: int
      Validation: int
      Test: int }

    member c.Steps = c.Train + c.Validation + c.Test
    member c.Series = series c.Columns c.Values

    member c.MakeOf values =
        let share part whole = float part / float whole
        let validation = share c.Validation (c.Train + c.Validation)
        Windows.Make(series c.Columns values, c.History, c.Horizon, share c.Test c.Steps, validation, Nullable())

    member c.Make() = c.MakeOf c.Values

let private cases =
    gen {
        let! columns = Gen.choose (1, 3)
        let! history = Gen.choose (1, 6)
        let! horizon = Gen.choose (1, 4)
        let! train = Gen.choose (history + horizon, history + horizon + 15)
        let! validation = Gen.oneof [ Gen.constant 0; Gen.choose (horizon, horizon + 8) ]
        let! test = Gen.choose (horizon, horizon + 8)
        let! seed = Gen.choose (0, 100000)
        let stream = RandomStream(int64 seed, "windows")

        let values =
            Array.init (columns * (train + validation + test)) (fun _ -> float32 (stream.NextGaussian()))

        return
            { Columns = columns
              Values = values
              History = history
              Horizon = horizon
              Train = train
              Validation = validation
              Test = test }
    }
    |> Arb.fromGen

let private law name (check: Case -> bool) =
    testProperty name (Prop.forAll cases check)

let bits (data: Dataset) =
    data.Values.ToArray() |> Array.map BitConverter.SingleToInt32Bits,
    data.Targets.ToArray() |> Array.map BitConverter.SingleToInt32Bits

let columnsOf (scaling: Scaling) =
    List.ofSeq scaling.Mean, List.ofSeq scaling.Deviation

/// Window i and its target in the series' own units.
let private window (w: WindowedSeries) (split: Split) i =
    let columns = w.Series.Columns.Length
    let row = split.Indices.Span[i]

    let undone (values: ReadOnlyMemory<float32>) size =
        [ for k in 0 .. size - 1 -> w.Scaling.Undo(k % columns, float values.Span[row * size + k]) ]

    undone split.Data.Values split.Data.ExampleSize, undone split.Data.Targets split.Data.TargetSize

/// Those of the steps from a to before b.
let private steps (w: WindowedSeries) a b : float list =
    let columns = w.Series.Columns.Length
    [ for k in a * columns .. b * columns - 1 -> float w.Series.Values[k] ]

let private isNear (a: float list) (b: float list) =
    a.Length = b.Length && List.forall2 (close 1e-5) a b

/// Whether window i of the split forecasts the horizon from step `first + i`, for so many i.
let private covers (w: WindowedSeries) (split: Split) first count =
    split.Count = count
    && Seq.forall
        (fun i ->
            let example, target = window w split i
            let at = first + i

            isNear example (steps w (at - w.History) at)
            && isNear target (steps w at (at + w.Horizon)))
        [ 0 .. count - 1 ]

let make history horizon test validation take (s: Series) =
    Windows.Make(s, history, horizon, test, validation, Option.toNullable take)

let tests =
    testList
        "Windows"
        [ test "a small series, by hand" {
              // 10 steps: 2 to test, 2 of the other 8 to validate, 6 to train.
              let w = counting 1 10 |> make 2 1 0.2 0.25 None
              Expect.equal (w.TrainSteps, w.ValidationSteps, w.TestStart) (6, 2, 8) "segments"
              Expect.equal (w.History, w.Horizon) (2, 1) "settings"
              // 0 to 5 have mean 5/2 and variance 35/12.
              Expect.floatClose Accuracy.veryHigh w.Scaling.Mean[0] 2.5 "mean"
              Expect.floatClose Accuracy.veryHigh w.Scaling.Deviation[0] (sqrt (35.0 / 12.0)) "deviation"

              let windows (split: Split) =
                  [ for i in 0 .. split.Count - 1 -> window w split i ]

              let rounded =
                  List.map (fun (a: float list, b: float list) -> List.map round a, List.map round b)

              Expect.equal
                  (rounded (windows w.Splits.Train))
                  [ [ 0.; 1. ], [ 2. ]
                    [ 1.; 2. ], [ 3. ]
                    [ 2.; 3. ], [ 4. ]
                    [ 3.; 4. ], [ 5. ] ]
                  "train"

              Expect.equal
                  (rounded (windows w.Splits.Validation))
                  [ [ 4.; 5. ], [ 6. ]; [ 5.; 6. ], [ 7. ] ]
                  "validation"

              Expect.equal (rounded (windows w.Splits.Test)) [ [ 6.; 7. ], [ 8. ]; [ 7.; 8. ], [ 9. ] ] "test"
          }
          law "targets lie in their segments, each following its history" (fun c ->
              let w = c.Make()
              let split = w.Splits

              (w.TrainSteps, w.ValidationSteps, w.TestStart) = (c.Train, c.Validation, c.Train + c.Validation)
              && covers w split.Train c.History (c.Train - c.History - c.Horizon + 1)
              && covers w split.Validation c.Train (if c.Validation = 0 then 0 else c.Validation - c.Horizon + 1)
              && covers w split.Test w.TestStart (c.Test - c.Horizon + 1))
          law "shapes and the targets' scaling" (fun c ->
              let data = c.Make().Splits.Test.Data
              let scaling = Unchecked.nonNull data.TargetScaling

              List.ofSeq data.ExampleShape = [ c.History; c.Columns ]
              && data.TargetSize = c.Horizon * c.Columns
              && scaling.Columns = data.TargetSize
              && Seq.forall
                  (fun k -> scaling.Mean[k] = c.Make().Scaling.Mean[k % c.Columns])
                  [ 0 .. scaling.Columns - 1 ])
          law "the training segment is standardised" (fun c ->
              let scaling = c.Make().Scaling

              Seq.forall
                  (fun j ->
                      let column =
                          [ for t in 0 .. c.Train - 1 -> scaling.Apply(j, float c.Values[t * c.Columns + j]) ]

                      let mean = List.average column

                      close 1e-9 mean 0.0
                      && close 1e-9 (column |> List.averageBy (fun v -> v * v)) 1.0)
                  [ 0 .. c.Columns - 1 ])
          law "no later value changes a bit of what is trained on" (fun c ->
              let before = c.Make()

              Seq.forall
                  (fun i ->
                      let changed = Array.copy c.Values
                      changed[i] <- changed[i] * 3f + 1000f
                      let after = c.MakeOf changed

                      bits after.Splits.Train.Data = bits before.Splits.Train.Data
                      && columnsOf after.Scaling = columnsOf before.Scaling
                      // Nor does a test value change what is validated with.
                      && (i < before.TestStart * c.Columns
                          || c.Validation = 0
                          || bits after.Splits.Validation.Data = bits before.Splits.Validation.Data))
                  [ c.Train * c.Columns .. c.Values.Length - 1 ])
          law "every value of the training segment matters" (fun c ->
              let before = c.Make()

              // Two steps become -1 and 1 whatever they were.
              c.Train = 2
              || Seq.forall
                  (fun i ->
                      let changed = Array.copy c.Values
                      changed[i] <- changed[i] * 3f + 1000f
                      bits (c.MakeOf changed).Splits.Train.Data <> bits before.Splits.Train.Data)
                  [ 0 .. c.Train * c.Columns - 1 ])
          law "shuffled training batches hold training windows only, with their own targets" (fun c ->
              let w = c.Make()
              let data = w.Splits.Train.Data

              let rows =
                  [ for i in 0 .. w.Splits.Train.Count - 1 do
                        data.Values.Slice(i * data.ExampleSize, data.ExampleSize).ToArray(),
                        data.Targets.Slice(i * data.TargetSize, data.TargetSize).ToArray() ]

              let shuffled =
                  [ for batch in Batches.Shuffled(w.Splits.Train, 4, RandomStream(1L, "shuffle"), torch.CPU) do
                        use batch = batch
                        let x = batch.X.data<float32>().ToArray() |> Array.chunkBySize data.ExampleSize
                        let y = (Unchecked.nonNull batch.Targets).data<float32>().ToArray()
                        yield! Array.zip x (Array.chunkBySize data.TargetSize y) ]

              List.sort shuffled = List.sort rows)
          law "take keeps the latest training windows and changes nothing else" (fun c ->
              let all = c.Make()
              let n = (all.Splits.Train.Count + 1) / 2
              let share part whole = float part / float whole
              let validation = share c.Validation (c.Train + c.Validation)

              let some =
                  make c.History c.Horizon (share c.Test c.Steps) validation (Some n) c.Series

              let count = all.Splits.Train.Count

              some.Splits.Train.Indices.ToArray() = [| count - n .. count - 1 |]
              && columnsOf some.Scaling = columnsOf all.Scaling
              && bits some.Splits.Test.Data = bits all.Splits.Test.Data)
          test "a constant column is only centred" {
              // 0.1f is not exact: its mean must be.
              let s =
                  series
                      2
                      [| for t in 0..99 do
                             0.1f
                             float32 t |]

              let w = s |> make 3 2 0.2 0.2 None
              Expect.equal (w.Scaling.Mean[0], w.Scaling.Deviation[0]) (float 0.1f, 1.0) "scaling"
              let values = w.Splits.Train.Data.Values.ToArray()
              Expect.all [ for i in 0..2 .. values.Length - 1 -> values[i] ] ((=) 0f) "zeros"
          }
          test "a large mean costs no precision of the deviation" {
              let s = series 1 [| for t in 0..999 -> 1e6f + float32 (t % 2) |]
              let w = s |> make 3 2 0.2 0.0 None
              Expect.floatClose Accuracy.veryHigh w.Scaling.Mean[0] 1000000.5 "mean"
              Expect.floatClose Accuracy.veryHigh w.Scaling.Deviation[0] 0.5 "deviation"
          } ]
