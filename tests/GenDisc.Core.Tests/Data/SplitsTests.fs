module GenDisc.Core.Tests.Data.SplitsTests

open System
open Expecto
open FsCheck.FSharp
open GenDisc.Core.Data
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Data.Expecting

let private split data fraction take seed =
    Splits.Make(data, data, fraction, Option.toNullable take, RandomStream(seed, "take"))

let private rows (s: Split) = s.Indices.ToArray()

let private perClass (s: Split) =
    let counts = Array.zeroCreate s.Data.Classes

    for i in rows s do
        let c = s.Data.Labels.Span[i]
        counts[c] <- counts[c] + 1

    counts

/// Class sizes, a validation fraction that leaves something on both sides, and two seeds.
let private cases =
    gen {
        let! sizes = Gen.choose (10, 60) |> Gen.nonEmptyListOf |> Gen.resize 8
        let! percent = Gen.choose (10, 60)
        let! seed = Gen.choose (0, 1000)
        return sizes, float percent / 100.0, int64 seed
    }
    |> Arb.fromGen

let private law name check =
    testProperty name (Prop.forAll cases check)

let tests =
    testList
        "Splits"
        [ law "train and validation are disjoint and together everything" (fun (sizes, fraction, seed) ->
              let data = classified sizes
              let s = split data fraction None seed
              let both = Array.append (rows s.Train) (rows s.Validation) |> Array.sort
              both = [| 0 .. data.Count - 1 |] && s.Test.Count = data.Count)
          law "validation is stratified within one example per class" (fun (sizes, fraction, seed) ->
              let s = split (classified sizes) fraction None seed

              Seq.forall2
                  (fun size held -> abs (fraction * float size - float held) < 1.0 + 1e-9)
                  sizes
                  (perClass s.Validation))
          law "validation is the same for every seed" (fun (sizes, fraction, seed) ->
              let held seed =
                  rows (split (classified sizes) fraction (Some sizes.Length) seed).Validation

              held seed = held (seed + 1L))
          law "splitting is deterministic" (fun (sizes, fraction, seed) ->
              let once () =
                  let s = split (classified sizes) fraction (Some(sizes.Length + 1)) seed
                  rows s.Train, rows s.Validation, rows s.Test

              once () = once ())
          law "take is nested, exact, disjoint from validation and holds every class" (fun (sizes, fraction, seed) ->
              let data = classified sizes
              let all = split data fraction None seed

              let taken =
                  [ for n in sizes.Length .. all.Train.Count do
                        let s = split data fraction (Some n) seed
                        n, Set.ofArray (rows s.Train), perClass s.Train ]

              let available = Set.ofArray (rows all.Train)

              List.forall
                  (fun (n, rows, counts) -> Set.count rows = n && Set.isSubset rows available && Array.min counts >= 1)
                  taken
              && List.forall (fun ((_, a, _), (_, b, _)) -> Set.isSubset a b) (List.pairwise taken))
          law "take is stratified within one example per class" (fun (sizes, fraction, seed) ->
              let data = classified sizes
              let all = split data fraction None seed
              let total = float all.Train.Count
              let share = perClass all.Train |> Array.map (fun size -> float size / total)

              [ sizes.Length .. all.Train.Count ]
              |> List.filter (fun n -> float n * Array.min share >= 1.0)
              |> List.forall (fun n ->
                  perClass (split data fraction (Some n) seed).Train
                  |> Array.forall2 (fun p count -> abs (p * float n - float count) < 1.0 + 1e-9) share))
          test "other seeds take other examples" {
              let data = classified [ 50; 50 ]

              let taken seed =
                  rows (split data 0.2 (Some 20) seed).Train

              Expect.notEqual (taken 1L) (taken 2L) "the subset follows the stream"
          }
          test "ten of unequal classes are one of each" {
              let sizes =
                  [ 5923; 6742; 5958; 6131; 5842; 5421; 5918; 6265; 5851; 5949 ]
                  |> List.map (fun n -> n / 10)

              Expect.equal
                  (perClass (split (classified sizes) 0.1 (Some 10) 3L).Train)
                  (Array.create 10 1)
                  "one of each"
          }
          test "regression splits at random" {
              let s = split (regression 200) 0.25 (Some 30) 1L
              Expect.equal (s.Train.Count, s.Validation.Count) (30, 50) "sizes"
              Expect.notEqual (rows s.Validation) [| 0..49 |] "not the first ones"
              Expect.isEmpty (Set.intersect (Set.ofArray (rows s.Train)) (Set.ofArray (rows s.Validation))) "disjoint"
          }
          test "no validation" {
              let s = split (classified [ 3; 4 ]) 0.0 None 1L
              Expect.equal (s.Train.Count, s.Validation.Count) (7, 0) "all of it trains"
          }
          test "fractions outside [0, 1)" {
              for fraction in [ -0.1; 1.0; 1.5; nan ] do
                  userError [ "classified"; "fraction"; "below 1" ] (fun () ->
                      split (classified [ 5; 5 ]) fraction None 1L)
                  |> ignore
          }
          test "fractions that leave one side empty" {
              for fraction in [ 0.01; 0.99 ] do
                  userError [ "fraction"; "10 examples" ] (fun () -> split (classified [ 5; 5 ]) fraction None 1L)
                  |> ignore
          }
          test "take more than there is" {
              userError [ "take 9"; "8 examples" ] (fun () -> split (classified [ 5; 5 ]) 0.2 (Some 9) 1L)
              |> ignore
          }
          test "take less than the classes" {
              userError [ "take 2"; "at least 3" ] (fun () -> split (classified [ 5; 5; 5 ]) 0.2 (Some 2) 1L)
              |> ignore

              userError [ "take 0" ] (fun () -> split (regression 5) 0.2 (Some 0) 1L)
              |> ignore
          } ]
