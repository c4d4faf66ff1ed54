/// What searches try, without training anything.
module GenDisc.Dsl.Tests.Running.Search.ProposalsTests

open System
open Expecto
open GenDisc
open GenDisc.Core.Runtime
open GenDisc.Running
open GenDisc.Running.Proposals

/// Least, at 0, for the item "b", x = 0.3 and y = 1e-2.
let private hard =
    space {
        let! kind = oneOf [ "a"; "b"; "c"; "d" ]
        let! x = uniform 0.0 1.0
        let! y = logUniform 1e-4 1.0
        let! n = integers 1 20

        return
            (if kind = "b" then 0.0 else 0.3)
            + (x - 0.3) ** 2.0
            + 0.1 * (log10 y + 2.0) ** 2.0
            + 0.01 * abs (float n - 7.0)
    }

/// The values that the estimator comes to, in order.
let private estimated seed trials (space: Space<float>) =
    let rec go (told: Told list) =
        match Proposals.estimated seed trials space told with
        | [] -> [ for t in told -> t.Value.Value ]
        | next ->
            go (
                told
                @ [ for one in next ->
                        { Choices = one.Choices
                          Value = Some one.Value } ]
            )

    go []

let private values (proposals: Proposal<'a> list) = proposals |> List.map _.Value

let tests =
    testList
        "Proposals of a search"
        [ test "draws are the same for a seed, and more trials begin with those of fewer" {
              let few, many = Proposals.random 1L 10 hard, Proposals.random 1L 20 hard
              Expect.equal (values few) (List.truncate 10 (values many)) "begins alike"
              Expect.equal (many |> List.map _.Index) [ 1..20 ] "counted from 1"
              Expect.notEqual (values few) (values (Proposals.random 2L 10 hard)) "another seed"
          }

          test "a small space is drawn without repetition until nothing is left" {
              let small =
                  space {
                      let! a = oneOf [ 1..5 ]
                      let! b = oneOf [ 1..5 ]
                      return 10 * a + b
                  }

              let drawn = values (Proposals.random 1L 100 small)
              Expect.equal drawn.Length 25 "all"
              Expect.equal (List.distinct drawn).Length 25 "once each"
              Expect.notEqual drawn (List.sort drawn) "in no order"
              let told = estimated 1L 100 (Space.map float small)
              Expect.equal (List.distinct told).Length 25 "by the estimator too"
              Expect.equal told.Length 25 "and no more"
          }

          test "the estimator draws its first trials as random does, then four at a time" {
              Expect.equal
                  (values (Proposals.estimated 3L 30 hard []))
                  (values (Proposals.random 3L Proposals.first hard))
                  "first"

              let told =
                  [ for one in Proposals.random 3L 10 hard ->
                        { Choices = one.Choices
                          Value = Some one.Value } ]

              let next = Proposals.estimated 3L 30 hard told
              Expect.equal (next |> List.map _.Index) [ 11..14 ] "a batch"
              Expect.equal (List.distinct (values next)).Length 4 "of different ones"
              Expect.equal (values (Proposals.estimated 3L 30 hard told)) (values next) "the same again"
              Expect.equal (Proposals.estimated 3L 12 hard told).Length 2 "none after the last"
              Expect.isEmpty (Proposals.estimated 3L 10 hard told) "nothing left to do"
          }

          test "the estimator does better than random draws" {
              let best seed =
                  List.min (estimated seed 40 hard), List.min (values (Proposals.random seed 40 hard))

              let all = [ for seed in 1L .. 20L -> best seed ]
              let tpe, random = List.averageBy fst all, List.averageBy snd all
              let wins = all |> List.filter (fun (t, r) -> t < r) |> List.length
              Expect.isLessThan tpe (0.6 * random) "on average"
              Expect.isGreaterThanOrEqual wins 15 "and mostly"
          }

          test "failed trials are no reason to stop, and places like theirs are left" {
              let half = space { return! uniform 0.0 1.0 }

              let told =
                  [ for i in 0..19 ->
                        let x = float i / 20.0

                        { Choices =
                            fst (Space.follow (fun _ -> Pick.Number x) half)
                            |> List.map (fun (d, _) -> d, Pick.Number x)
                          Value = if x < 0.5 then None else Some 1.0 } ]

              let next =
                  [ for seed in 1L .. 10L do
                        yield! values (Proposals.estimated seed 24 half told) ]

              let low = next |> List.filter (fun x -> x < 0.5) |> List.length
              Expect.isLessThan (4 * low) next.Length "most lie where trials end"

              let failed = told |> List.map (fun t -> { t with Value = None })
              Expect.equal (Proposals.estimated 1L 24 half failed).Length 4 "drawn at random, where all failed"
          }

          test "a Parzen estimate is a distribution" {
              let total domain picks points =
                  let e = Parzen.estimate domain picks
                  points |> List.averageBy (fun pick -> exp (e.Log pick))

              let range = Domain.LogUniform(1e-3, 10.0)
              let picks = [ 1e-3; 0.1; 0.11; 9.0 ] |> List.map Pick.Number

              let grid =
                  [ for i in 0..9999 -> Pick.Number(1e-3 * Math.Pow(1e4, (float i + 0.5) / 10000.0)) ]

              Expect.floatClose Accuracy.low (total range picks grid) 1.0 "a density on the range's places"

              let whole = Domain.Integers(3, 9)
              let seen = [ 3; 4; 4; 9 ] |> List.map Pick.Whole
              let all = [ for n in 3..9 -> Pick.Whole n ]
              Expect.floatClose Accuracy.low (7.0 * total whole seen all) 1.0 "probabilities of whole numbers"

              let items = Domain.OneOf [ "a"; "b"; "c" ]
              let e = Parzen.estimate items [ Pick.Item 1; Pick.Item 1; Pick.Item 2 ]
              Expect.floatClose Accuracy.high (exp (e.Log(Pick.Item 0))) (1.0 / 6.0) "(0 + 1)/(3 + 3)"
              Expect.floatClose Accuracy.high (exp (e.Log(Pick.Item 1))) 0.5 "(2 + 1)/(3 + 3)"
          }

          test "draws from an estimate follow its probabilities" {
              let domain = Domain.Integers(1, 4)
              let e = Parzen.estimate domain [ Pick.Whole 1; Pick.Whole 2; Pick.Whole 2 ]
              let stream = RandomStream(1L, "test")
              let n = 20_000
              let drawn = [ for _ in 1..n -> e.Draw stream ] |> List.countBy id |> Map.ofList

              for k in 1..4 do
                  let p = exp (e.Log(Pick.Whole k))
                  let share = float drawn[Pick.Whole k] / float n
                  Expect.isLessThan (abs (share - p)) (4.0 * sqrt (p * (1.0 - p) / float n)) $"{k}"
          }

          test "halving: rungs from the fewest epochs to all" {
              let rungs trials epochs =
                  [ for r in Halving.rungs trials epochs -> r.Trials, Halving.epochs epochs r ]

              Expect.equal (rungs 27 27) [ 27, 1; 9, 3; 3, 9; 1, 27 ] "three times"
              Expect.equal (rungs 27 81) [ 27, 3; 9, 9; 3, 27; 1, 81 ] "every rung costs as much"
              Expect.equal (rungs 27 5) [ 27, 2; 9, 5 ] "as epochs allow"
              Expect.equal (rungs 10 100) [ 10, 11; 3, 33; 1, 100 ] "as trials allow"
              Expect.equal (rungs 2 100) [ 2, 100 ] "nothing to halve"
              Expect.equal (rungs 1 1) [ 1, 1 ] "one"
          }

          test "halving keeps the best, of equals the first, and nothing that failed" {
              Expect.equal
                  (Halving.survivors 3 [ "a", Some 3.0; "b", None; "c", Some 1.0; "d", Some 2.0; "e", Some 2.0 ])
                  [ "c"; "d"; "e" ]
                  "three"

              Expect.equal (Halving.survivors 3 [ "a", None; "b", Some 1.0 ]) [ "b" ] "fewer where others failed"
          }

          test "importance finds the choice that matters" {
              let space =
                  space {
                      let! kind = oneOf [ "a"; "b"; "c" ] |> called "kind"
                      let! x = uniform 0.0 1.0 |> called "x"
                      let! nothing = logUniform 1e-3 1.0 |> called "nothing"
                      return (if kind = "a" then 0.0 else 2.0) + x + 0.0 * nothing
                  }

              let trials =
                  Proposals.random 1L 60 space |> List.map (fun one -> one.Choices, one.Value)

              let shares = Importance.shares 1L space trials

              // variances 4 · (2/9) = 0.889 and 1/12 = 0.083, which are 91 % and 9 %
              Expect.isLessThan (abs (shares.Alone["kind"] - 0.91)) 0.06 "the item"
              Expect.isLessThan (abs (shares.Alone["x"] - 0.09)) 0.06 "the number"
              Expect.isLessThan shares.Alone["nothing"] 0.02 "nothing"
              Expect.isGreaterThan shares.Explained 0.8 "a forest to believe"
              Expect.equal (Importance.shares 1L space trials) shares "the same again"
          }

          test "importance says nothing of few trials or none that differ" {
              let space = space { return! uniform 0.0 1.0 }

              let of' n value =
                  [ for one in Proposals.random 1L n space -> one.Choices, value one.Value ]

              Expect.isEmpty (Importance.shares 1L space (of' 7 id)).Alone "few"
              Expect.isEmpty (Importance.shares 1L space (of' 20 (fun _ -> 1.0))).Alone "all alike"
              Expect.isEmpty (Importance.shares 1L space (of' 20 (fun _ -> nan))).Alone "no numbers"
          }

          test "importance of a choice that is seldom made" {
              let space =
                  space {
                      let! kind = oneOf [ "plain"; "wide" ] |> called "kind"
                      if kind = "wide" then return! uniform 0.0 1.0 |> called "width" else return 0.5
                  }

              let trials =
                  Proposals.random 1L 60 space |> List.map (fun one -> one.Choices, one.Value)

              let shares = Importance.shares 1L space trials
              Expect.isGreaterThan shares.Alone["width"] 0.7 "it is all there is"
              Expect.isLessThan shares.Alone["kind"] 0.2 "the other only decides whether"
          } ]
