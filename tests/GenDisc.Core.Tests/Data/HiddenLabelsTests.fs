module GenDisc.Core.Tests.Data.HiddenLabelsTests

open System
open Expecto
open FsCheck.FSharp
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Modules.Building

let private splits data take seed =
    Splits.Make(data, data, 0.2, Option.toNullable take, RandomStream(seed, "take"))

let private hiding known seed (s: Splits) =
    s.Hiding(known, RandomStream(seed, "take"))

let private rows (s: Split) = s.Indices.ToArray()

let private knownRows (s: Split) =
    rows s |> Array.filter (fun i -> s.Data.Labels.Span[i] <> Dataset.Hidden)

/// Class sizes, how many labels are known, a seed, and a batch size.
let private law name check =
    let cases =
        gen {
            let! sizes = Gen.choose (10, 40) |> Gen.nonEmptyListOf |> Gen.resize 6
            let! known = Gen.choose (sizes.Length, 5 * sizes.Length)
            let! seed = Gen.choose (0, 1000)
            let! size = Gen.choose (1, 30)
            return sizes, known, int64 seed, size
        }
        |> Arb.fromGen

    testPropertyWithConfig
        { FsCheckConfig.defaultConfig with
            maxTest = 50 }
        name
        (Prop.forAll cases check)

let private epoch (s: Split) size (labelled: LabelledRows | null) =
    use _scope = torch.NewDisposeScope()

    [ for batch in
          Batches.Shuffled(s, size, RandomStream(1L, "shuffle"), torch.CPU, null, RandomStream(1L, "none"), labelled) do
          use batch = batch

          let numbers (t: torch.Tensor | null) =
              (Unchecked.nonNull t).data<int64>().ToArray()

          {| Rows = batch.X.data<float32>().ToArray() |> Array.map int
             Labels = numbers batch.Labels
             Positions = numbers batch.KnownRows
             Own = batch.Own
             Extra = batch.Extra
             Known = batch.Known |} ]

let tests =
    testList
        "Hidden labels"
        [ law "the labels that are known are those of the examples that take keeps" (fun (sizes, known, seed, _) ->
              let data = classified sizes
              let hidden = splits data None seed |> hiding known seed
              let taken = splits data (Some known) seed
              knownRows hidden.Train = rows taken.Train && hidden.Train.Labelled = known)
          law "the others stay, and validation and test keep their labels" (fun (sizes, known, seed, _) ->
              let data = classified sizes
              let all = splits data None seed
              let hidden = hiding known seed all

              rows hidden.Train = rows all.Train
              && hidden.Validation = all.Validation
              && hidden.Test = all.Test
              && not hidden.Test.Data.HidesLabels
              && knownRows hidden.Train
                 |> Array.forall (fun i -> hidden.Train.Data.Labels.Span[i] = data.Labels.Span[i]))
          law "an epoch has every example once, and labelled ones with every batch" (fun (sizes, known, seed, size) ->
              let data = classified sizes
              let train = (splits data None seed |> hiding known seed).Train
              let labelled = LabelledRows.Of(train, RandomStream(1L, "labelled"))
              let batches = epoch train size labelled
              let own = batches |> List.map (fun b -> Array.take b.Own b.Rows) |> Array.concat
              let more = batches |> List.map (fun b -> Array.skip b.Own b.Rows) |> Array.concat
              // each cycle through them is a permutation
              let cycles =
                  more |> Array.chunkBySize known |> Array.filter (fun c -> c.Length = known)

              Array.sort own = rows train
              && batches |> List.forall (fun b -> b.Extra = min size known)
              && cycles |> Array.forall (fun c -> Array.sort c = knownRows train))
          law "a batch knows which of its labels are known" (fun (sizes, known, seed, size) ->
              let train = (splits (classified sizes) None seed |> hiding known seed).Train
              let labels = train.Data.Labels.ToArray()
              let labelled = LabelledRows.Of(train, RandomStream(1L, "labelled"))

              epoch train size labelled
              |> List.forall (fun b ->
                  let positions =
                      [| for i, row in Array.indexed b.Rows do
                             if labels[row] >= 0 then
                                 int64 i |]

                  b.Labels = Array.map (fun row -> int64 labels[row]) b.Rows
                  && b.Positions = positions
                  && b.Known = positions.Length
                  && Array.forall
                      (fun p -> Array.contains p positions)
                      [| for i in b.Own .. b.Own + b.Extra - 1 -> int64 i |]))
          torchTest "data that hide nothing have batches as before" (fun () ->
              let data = classified [ 5; 7 ]
              Expect.isNull (LabelledRows.Of(Split.All data, RandomStream(1L, "labelled"))) "no rows of their own"
              Expect.equal (Split.All data).Labelled 12 "all known"
              Expect.equal (Split.All(regression 4)).Labelled 0 "no classes"
              use batch = Batches.Gather(data, ReadOnlySpan [| 0..4 |], torch.CPU)
              Expect.isNull batch.KnownRows "no list"
              Expect.equal (batch.Extra, batch.Own, batch.Known) (0, 5, 5) "counts")
          test "where all labels are known no rows come again" {
              let all = splits (classified [ 10; 10 ]) None 1L
              let known = (hiding all.Train.Count 1L all).Train
              Expect.isTrue known.Data.HidesLabels "those of validation are hidden in it"
              Expect.isNull (LabelledRows.Of(known, RandomStream(1L, "labelled"))) "no rows of their own"
              let fewer = (hiding (all.Train.Count - 1) 1L all).Train
              Expect.isNotNull (LabelledRows.Of(fewer, RandomStream(1L, "labelled"))) "some are hidden"
          }
          test "numbers that do not fit are told" {
              let all = splits (classified [ 10; 10; 10 ]) None 1L
              userError [ "classified"; "at least 3" ] (fun () -> hiding 2 1L all) |> ignore
              userError [ "classified"; "24 examples" ] (fun () -> hiding 25 1L all) |> ignore

              userError [ "regression"; "no labels" ] (fun () ->
                  Splits.Make(regression 20, regression 20, 0.2, Nullable(), RandomStream(1L, "take"))
                  |> hiding 5 1L)
              |> ignore
          } ]
