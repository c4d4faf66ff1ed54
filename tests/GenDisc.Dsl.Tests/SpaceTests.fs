/// Spaces of experiments: what they hold, and how they are walked.
module GenDisc.Dsl.Tests.SpaceTests

open Expecto
open FsCheck
open GenDisc

let private names (space: Space<'a>) =
    (Space.look space).Dimensions |> List.map _.Name

let private pairs =
    space {
        let! a = oneOf [ 1; 2; 3 ] |> called "a"
        let! b = oneOf [ "x"; "y" ]
        return a, b
    }

/// What is chosen second depends on what was chosen first.
let private conditional =
    space {
        let! kind = oneOf [ "none"; "some"; "both" ] |> called "kind"

        match kind with
        | "none" -> return 0.0
        | "some" -> return! uniform 1.0 2.0 |> called "width"
        | _ ->
            let! n = integers 3 5 |> called "count"
            let! x = logUniform 1e-2 1.0
            return float n + x
    }

let private problems space =
    (Space.look space).Problems |> List.map fst

let tests =
    testList
        "Space"
        [ test "a grid is the product of the choices, in the order in which they are written" {
              Expect.equal
                  [ for _, value in Space.all (Domain.grid 5) pairs -> value ]
                  [ for a in [ 1; 2; 3 ] do
                        for b in [ "x"; "y" ] -> a, b ]
                  "the product"

              Expect.equal (names pairs) [ "a"; "choice 2" ] "names"
          }

          test "points of ranges" {
              let grid points domain =
                  [ for pick in Domain.grid points domain -> Domain.showPick domain pick ]

              Expect.equal (grid 3 (Domain.Uniform(-1.0, 1.0))) [ "-1.0"; "0.0"; "1.0" ] "uniform"
              Expect.equal (grid 3 (Domain.LogUniform(1e-4, 1.0))) [ "0.0001"; "0.01"; "1.0" ] "logarithmic"
              Expect.equal (grid 1 (Domain.LogUniform(1e-4, 1.0))) [ "0.01" ] "one: the middle"
              Expect.equal (grid 3 (Domain.Integers(2, 10))) [ "2"; "6"; "10" ] "whole numbers"
              Expect.equal (grid 9 (Domain.Integers(2, 4))) [ "2"; "3"; "4" ] "no more than there are"
              Expect.equal (grid 1 (Domain.OneOf [ "8"; "32" ])) [ "8"; "32" ] "a list keeps all"
          }

          test "later choices may depend on earlier ones" {
              Expect.equal (names conditional) [ "kind"; "width"; "count"; "choice 3" ] "all are seen"

              Expect.equal
                  [ for choices, _ in Space.all (Domain.grid 2) conditional -> choices.Length ]
                  [ 1; 2; 2; 3; 3; 3; 3 ]
                  "2 widths; of 3 counts the 2 ends, with 2 numbers each"
          }

          test "a choice is looked at behind every other choice that leads to it" {
              let deep =
                  space {
                      let! a = oneOf [ false; true ]
                      let! b = if a then oneOf [ false; true ] |> called "b" else Space.Return false
                      if b then return! uniform 0.0 1.0 |> called "c" else return 0.0
                  }

              Expect.equal (names deep) [ "choice 1"; "b"; "c" ] "found"
          }

          testProperty "what is chosen lies in its range, and a place leads to itself"
          <| fun (a: NormalFloat) (width: NormalFloat) (u: NormalFloat) ->
              let low = a.Get % 1e3
              let high = low + 1e-3 + abs width.Get % 1e6
              let place = abs u.Get % 1.0
              let domain = Domain.Uniform(low, high)

              match Domain.at domain place with
              | Pick.Number x ->
                  x >= low
                  && x <= high
                  && abs (Domain.placeOf domain (Pick.Number x) - place) < 1e-3
              | _ -> false

          testProperty "logarithmic ranges are uniform in the logarithm"
          <| fun (a: NormalFloat) (ratio: NormalFloat) (u: NormalFloat) ->
              let low = 1e-6 + abs a.Get % 1e3
              let high = low * (2.0 + abs ratio.Get % 1e6)
              let place = abs u.Get % 1.0
              let domain = Domain.LogUniform(low, high)

              match Domain.at domain place with
              | Pick.Number x ->
                  let expected = log low + place * (log high - log low)
                  x >= low && x <= high && abs (log x - expected) < 1e-3
              | _ -> false

          testProperty "every whole number and every item has an equal share"
          <| fun (low: int) (more: byte) (u: NormalFloat) ->
              let low = low % 1000
              let n = int more + 2
              let place = abs u.Get % 1.0
              let k = min (n - 1) (int (place * float n))

              Domain.at (Domain.Integers(low, low + n - 1)) place = Pick.Whole(low + k)
              && Domain.at (Domain.OneOf [ for i in 1..n -> string i ]) place = Pick.Item k

          test "numbers come out short" {
              let shown domain place =
                  Domain.showPick domain (Domain.at domain place)

              Expect.equal (shown (Domain.LogUniform(1e-3, 1.0)) 0.3333) "0.009998" "four digits"
              Expect.equal (shown (Domain.Uniform(0.0, 1.0)) 0.123456) "0.123" "a thousandth of the range"
              Expect.equal (shown (Domain.Uniform(0.0, 5000.0)) 0.123456) "617.0" "or whole"
              Expect.equal (shown (Domain.LogUniform(1.0, 1e7)) 0.99) "8511380.0" "large"
          }

          test "values show as their source" {
              let shown (space: Space<'a>) =
                  match (Space.look space).Dimensions with
                  | [ d ] -> Domain.show d.Domain
                  | other -> failtest $"{other}"

              Expect.equal (shown (oneOf [ 8; 32 ])) "oneOf [ 8; 32 ]" "numbers"
              Expect.equal (shown (oneOf [ 1e-3; -1.0 ])) "oneOf [ 0.001; -1.0 ]" "floats"
              Expect.equal (shown (oneOf [ "a\"" ])) "oneOf [ \"a\\\"\" ]" "strings"
              Expect.equal (shown (oneOf [ []; [ 128 ] ])) "oneOf [ []; [128] ]" "lists"
              Expect.equal (shown (oneOf [ None; Some 3 ])) "oneOf [ None; Some 3 ]" "options"
              Expect.equal (shown (oneOf [ relu; (dense 3 >> gelu) ])) "oneOf [ relu; dense 3 >> gelu ]" "components"
              Expect.equal (shown (oneOf [ elbo; 0.5 * elbo ])) "oneOf [ elbo; 0.5 * elbo ]" "losses"
              Expect.equal (shown (integers -3 4)) "integers (-3) 4" "ranges"
          }

          test "what is wrong is told, all of it" {
              Expect.equal (problems (oneOf ([]: int list))) [ "oneOf expects at least one value" ] "none"

              Expect.equal (problems (oneOf [ 3; 4; 3 ])) [ "oneOf expects each value once, but got 3 again" ] "twice"

              Expect.equal
                  (problems (uniform 2.0 1.0))
                  [ "uniform 2.0 1.0 expects a low end below the high one" ]
                  "the wrong way round"

              Expect.equal
                  (problems (integers 2 2))
                  [ "integers 2 2 expects a low end below the high one" ]
                  "a single one"

              Expect.equal
                  (problems (logUniform 0.0 1.0))
                  [ "logUniform 0.0 1.0 expects ends above 0.0" ]
                  "no logarithm"

              for bad in [ nan; infinity ] do
                  Expect.equal
                      (problems (uniform 0.0 bad))
                      [ $"uniform 0.0 {Show.number bad} expects finite ends" ]
                      "not finite"

              Expect.equal (problems (logUniform nan 1.0)) [ "logUniform nan 1.0 expects finite ends" ] "no number"

              let hidden =
                  space {
                      let! a = oneOf [ 1; 2 ]
                      if a = 2 then return! uniform 1.0 0.0 else return! uniform 0.0 1.0
                  }

              Expect.equal
                  (problems hidden)
                  [ "uniform 1.0 0.0 expects a low end below the high one" ]
                  "behind a choice"

              let twins =
                  space {
                      let! a = oneOf [ 1; 2 ] |> called "z"
                      let! b = uniform 0.0 1.0 |> called "z"
                      return a, b
                  }

              Expect.equal
                  (problems twins)
                  [ "search expects a name of its own for each choice, but two are called z" ]
                  "two of a name"
          } ]
