/// Blocks over sequences, noise, embeddings and sparsity where they do not fit.
module GenDisc.Dsl.Tests.SequenceProblemTests

open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Checked
open GenDisc.Dsl.Tests.SequenceCheckTests

let private hybrid = ExperimentTests.hybrid

/// Nothing is read: a table of two numeric and two categorical columns, and labelled series of unequal lengths.
let private knowing (data: Data) =
    let facts = Data.facts moons |> Option.get

    match data.Source with
    | Source.ClassTable _ ->
        Some
            { facts with
                Shape = Vector 8
                Numeric = 2
                Levels = [ 2; 4 ] }
    | Source.TimeSeries _ ->
        Some
            { facts with
                Shape = Sequence(20, 3)
                Varies = true }
    | _ -> Data.facts data

let private labelled data c =
    { hybrid with
        Data = data
        Model = model c
        Loss = crossEntropy }

let private wrong: (Experiment * (Place * string * string) list) list =
    let block path part says = Place.Block path, part, says
    let tabled = labelled (classTable "t.csv" "y")
    let sequences = labelled (timeSeries "Words")

    [ forecast (dense 4 >> gru 8 >> regressor []),
      [ block [ 1 ] "gru 8" "gru 8 expects a sequence, but receives vector 4" ]
      labelled mnist (causalConv 4 2 >> classifier []),
      [ block [ 0 ] "causalConv 4 2" "causalConv 4 2 expects a sequence, but receives image 1×28×28" ]
      labelled moons (meanState >> allStates >> classifier []),
      [ block [ 0 ] "meanState" "meanState expects a sequence, but receives vector 2"
        block [ 1 ] "allStates" "allStates expects a sequence, but receives a vector" ]
      labelled moons (globalPool >> classifier []),
      [ block [ 0 ] "globalPool" "globalPool expects an image, but receives vector 2" ]
      forecast (bidirectional (gru 4 >> dense 3) >> regressor []),
      [ block [ 0; 1 ] "dense 3" "dense 3 stands inside bidirectional, which expects rnn, lstm and gru blocks" ]
      forecast (bidirectional id >> conv 2 >> regressor []),
      [ block [ 0 ] "bidirectional id" "bidirectional id expects at least one recurrent block, but got none" ]
      { forecast (pool >> pool >> regressor []) with
          Data = sines [ 1.0 ] |> window 2 1 },
      [ block [ 1 ] "pool" "pool expects a sequence of at least 2 steps, but receives sequence 1×1" ]
      forecast (gru 0 >> dilatedConv 0 -1 >> regressor []),
      [ block [ 0 ] "gru 0" "gru 0 expects a width of at least 1, but got 0"
        block [ 1 ] "dilatedConv 0 (-1)" "dilatedConv 0 (-1) expects a number of channels of at least 1, but got 0"
        block [ 1 ] "dilatedConv 0 (-1)" "dilatedConv 0 (-1) expects a dilation of at least 1, but got -1" ]
      forecast (gru 100000 >> regressor []),
      [ block [ 0 ] "gru 100000" "gru 100000 needs 30,000,900,000 parameters, but at most 2,147,483,647 are possible" ]
      forecast (residual (gru 5) >> regressor []),
      [ block
            [ 0 ]
            "residual (gru 5)"
            "residual expects blocks that leave the shape as it was, but receives sequence 50×1 and leaves sequence 50×5" ]
      forecast (
          gaussianNoise -0.5
          >> maskingNoise 1.0
          >> gaussianNoise infinity
          >> maskingNoise nan
          >> regressor []
      ),
      [ block
            [ 0 ]
            "gaussianNoise (-0.5)"
            "gaussianNoise (-0.5) expects a finite deviation of at least 0.0, but got -0.5"
        block [ 1 ] "maskingNoise 1.0" "maskingNoise 1.0 expects a rate from 0.0 to below 1.0, but got 1.0"
        block
            [ 2 ]
            "gaussianNoise infinity"
            "gaussianNoise infinity expects a finite deviation of at least 0.0, but got infinity"
        block [ 3 ] "maskingNoise nan" "maskingNoise nan expects a rate from 0.0 to below 1.0, but got nan" ]
      labelled moons (embed 3 >> classifier []),
      [ block [ 0 ] "embed 3" "embed 3 expects a table with categorical columns, as the first block" ]
      tabled (dense 8 >> embed 3 >> classifier []),
      [ block [ 1 ] "embed 3" "embed 3 expects a table with categorical columns, as the first block" ]
      tabled (embed 0 >> classifier []), [ block [ 0 ] "embed 0" "embed 0 expects a size of at least 1, but got 0" ]
      { sequences (gru 4 >> vae 2 >> classifier []) with
          Loss = elbo + crossEntropy },
      [ block
            [ 1 ]
            "vae 2"
            "vae 2 reconstructs sequences of one length, but those of timeSeries \"Words\" differ in length" ]
      forecast (gru 4 >> classifier []),
      [ block [ 1 ] "classifier []" "classifier [] expects classes, but sines [1.0] has a target to regress on"
        Place.Loss, "", "mse needs a regressor, and the model has none"
        block [ 1 ] "classifier []" "classifier [] is trained by no term of the loss" ]
      { forecast (gru 4 >> vae 2) with
          Loss = elbo + sparsity },
      [ Place.Loss, "", "sparsity needs an autoencoder, and the model has none" ]
      { forecast (gru 4 >> autoencoder 2) with
          Loss = 0.1 * sparsity },
      [ block [ 1 ] "autoencoder 2" "autoencoder 2 is trained by no term of the loss" ] ]

let tests =
    testList
        "Problems of sequences"
        [ test "embedded columns" {
              let p =
                  planUsing knowing (labelled (classTable "t.csv" "y") (embed 3 >> classifier []))

              Expect.equal
                  ((let row = p.Rows.Head in row.Text, string row.Out, int row.Parameters, int row.Flops))
                  ("embed 3", "vector 8", (2 + 4) * 3, 2 * (2 + 4) * 3)
                  "embed"
          }

          test "sequences of unequal lengths are classified" {
              let e = labelled (timeSeries "Words") (bidirectional (lstm 4) >> classifier [])
              Expect.equal (planUsing knowing e).Facts.Varies true "valid"
          }

          for i, (e, expected) in List.indexed wrong do
              test $"wrong sequence {i + 1}: {e.Model}" { Expect.equal (toldUsing knowing e) expected "problems" }

          test "hints say where a sequence comes from" {
              let hints e = problems e |> List.map _.Hint

              Expect.equal
                  (hints (forecast (dense 4 >> gru 8 >> regressor [])))
                  [ "put gru 8 before dense blocks and before lastState or meanState" ]
                  "after dense"

              Expect.equal
                  (hints (labelled moons (gru 8 >> classifier [])))
                  [ "use a series |> window 24 1, or timeSeries data" ]
                  "on vectors"

              Expect.equal
                  (hints (forecast (residual (gru 5) >> regressor [])))
                  [ "use no pool or dense inside, and end the inner blocks with conv 1 or gru 1" ]
                  "residual"
          }

          test "carets inside bidirectional" {
              let e =
                  { forecast (bidirectional (gru 4 >> dense 3) >> regressor []) with
                      Name = "both" }

              Expect.equal
                  (Explain.problems e (problems e))
                  """both is not a valid experiment:
  model: bidirectional (gru 4 >> dense 3) >> regressor []
                                 ^^^^^^^
  dense 3 stands inside bidirectional, which expects rnn, lstm and gru blocks
  hint: put it before or after the bidirectional block"""
                  "text"
          } ]
