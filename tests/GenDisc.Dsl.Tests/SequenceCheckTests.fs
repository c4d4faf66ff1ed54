module GenDisc.Dsl.Tests.SequenceCheckTests

open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Checked

let private hybrid = ExperimentTests.hybrid

/// Forecasts one step of one column from fifty.
let private forecast c =
    { hybrid with
        Data = sines [ 1.0 ] |> window 50 1
        Model = model c
        Loss = mse }

let private series = "sequence 50×1"

/// A trunk on 50×1 and its rows: block, output, parameters, FLOPs; then parameters and FLOPs of `regressor []` after it.
let private shapes =
    [ "rnn", rnn 4, [ "rnn 4", "sequence 50×4", 4 + 16 + 8, 2 * 50 * (4 + 16) ], (5, 8)
      "lstm", lstm 8, [ "lstm 8", "sequence 50×8", 4 * (8 + 64 + 16), 2 * 4 * 50 * (8 + 64) ], (9, 16)
      "gru", gru 32, [ "gru 32", "sequence 50×32", 3 * (32 * 1 + 32 * 32 + 2 * 32), 2 * 3 * 50 * (32 + 1024) ], (33, 64)
      "bidirectional doubles parameters, states and FLOPs",
      bidirectional (gru 5),
      [ "bidirectional (gru 5)", "sequence 50×10", 2 * 3 * (5 + 25 + 10), 2 * 2 * 3 * 50 * (5 + 25) ],
      (11, 20)
      "bidirectional, twice",
      bidirectional (gru 5 >> lstm 3),
      [ "bidirectional (gru 5 >> lstm 3)",
        "sequence 50×6",
        2 * 3 * (5 + 25 + 10) + 2 * 4 * (30 + 9 + 6),
        2 * 2 * 3 * 50 * (5 + 25) + 2 * 2 * 4 * 50 * (30 + 9) ],
      (7, 12)
      "a head reads all numbers that convolutions leave",
      conv 4,
      [ "conv 4", "sequence 50×4", 3 * 1 * 4 + 4, 2 * 3 * 1 * 4 * 50 ],
      (201, 400)
      "dilated and causal convolutions",
      dilatedConv 4 2 >> causalConv 3 8,
      [ "dilatedConv 4 2", "sequence 50×4", 16, 1200
        "causalConv 3 8", "sequence 50×3", 3 * 4 * 3 + 3, 2 * 3 * 4 * 3 * 50 ],
      (151, 300)
      "pool halves the length and keeps the states",
      gru 2 >> pool >> pool,
      [ "gru 2", "sequence 50×2", 3 * (2 + 4 + 4), 2 * 3 * 50 * 6
        "pool", "sequence 25×2", 0, 50
        "pool", "sequence 12×2", 0, 24 ],
      (3, 4)
      "mean over the states",
      gru 2 >> meanState,
      [ "gru 2", "sequence 50×2", 30, 1800; "meanState", "vector 2", 0, 100 ],
      (3, 4)
      "the last state, as a block",
      gru 2 >> lastState,
      [ "gru 2", "sequence 50×2", 30, 1800; "lastState", "vector 2", 0, 0 ],
      (3, 4)
      "all states",
      gru 2 >> allStates,
      [ "gru 2", "sequence 50×2", 30, 1800; "allStates", "sequence 50×2", 0, 0 ],
      (101, 200)
      "means and maxima over steps",
      conv 4 >> globalPool,
      [ "conv 4", "sequence 50×4", 16, 1200; "globalPool", "vector 4", 0, 200 ],
      (5, 8)
      "maxima over steps",
      conv 4 >> globalMaxPool,
      [ "conv 4", "sequence 50×4", 16, 1200; "globalMaxPool", "vector 4", 0, 200 ],
      (5, 8)
      "dense after recurrent blocks reads the last state",
      gru 2 >> dense 7,
      [ "gru 2", "sequence 50×2", 30, 1800; "dense 7", "vector 7", 21, 28 ],
      (8, 14)
      "dense after convolutions reads all numbers",
      conv 4 >> dense 7,
      [ "conv 4", "sequence 50×4", 16, 1200; "dense 7", "vector 7", 1407, 2800 ],
      (8, 14)
      "norms work on the features of a step",
      conv 4 >> batchNorm >> layerNorm,
      [ "conv 4", "sequence 50×4", 16, 1200
        "batchNorm", "sequence 50×4", 8, 400
        "layerNorm", "sequence 50×4", 8, 1600 ],
      (201, 400)
      "noise costs nothing",
      gaussianNoise 0.1 >> maskingNoise 0.5 >> gru 2,
      [ "gaussianNoise 0.1", series, 0, 0
        "maskingNoise 0.5", series, 0, 0
        "gru 2", "sequence 50×2", 30, 1800 ],
      (3, 4)
      "recurrent blocks inside residual",
      gru 4 >> residual (lstm 4),
      [ "gru 4", "sequence 50×4", 3 * (4 + 16 + 8), 2 * 3 * 50 * 20
        "residual (lstm 4)", "sequence 50×4", 4 * (16 + 16 + 8), 2 * 4 * 50 * 32 + 200 ],
      (5, 8) ]

/// What a head puts before its own layers.
let private reads =
    [ "the last state", gru 4, Layer.LastState 0
      "the last state of each direction", bidirectional (gru 4), Layer.LastState 4
      "the last state through element-wise blocks", gru 4 >> relu >> dropout 0.1 >> layerNorm, Layer.LastState 0
      "the last state through a pool", bidirectional (lstm 3) >> pool, Layer.LastState 3
      "the last state after a residual of recurrent blocks", conv 3 >> residual (rnn 3), Layer.LastState 0
      "all numbers after a convolution of states", gru 4 >> conv 3, Layer.Reshape(Vector 150)
      "all states when asked", bidirectional (gru 4) >> allStates, Layer.Reshape(Vector 400) ]

let private decoders =
    [ "a recurrent encoder",
      gru 8 >> vae 3,
      [ Layer.Affine(3, 8)
        Layer.Repeat 50
        Layer.Recurrent(Cell.Gru, 8, 8, false)
        Layer.StepAffine(8, 1) ]
      "both directions",
      bidirectional (gru 8) >> meanState >> vae 3,
      [ Layer.Affine(3, 16)
        Layer.Repeat 50
        Layer.Recurrent(Cell.Gru, 16, 8, true)
        Layer.StepAffine(16, 1) ]
      "convolutions and a pool",
      causalConv 4 2 >> relu >> pool >> vae 3,
      [ Layer.Affine(3, 100)
        Layer.Reshape(Sequence(25, 4))
        Layer.UpsampleSteps 50
        Layer.Apply Activation.Relu
        Layer.Conv1d(4, 1, 50, 2, false) ] ]

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

let private triple (row: Row) =
    row.Text, string row.Out, int row.Parameters, int row.Flops

let tests =
    testList
        "Check of sequences"
        [ for name, trunk, rows, (parameters, flops) in shapes do
              test $"shapes and costs: {name}" {
                  let p = plan (forecast (trunk >> regressor []))
                  let expected = rows @ [ "regressor []", "vector 1", parameters, flops ]
                  Expect.equal (p.Rows |> List.map triple) expected "rows"
                  Expect.equal p.Parameters (p.Rows |> List.sumBy _.Parameters) "in all"
                  Expect.equal (string p.Rows.Head.In) series "starts with the data"
              }

          for name, trunk, first in reads do
              test $"a head reads {name}" {
                  let p = plan (forecast (trunk >> regressor []))

                  match List.last p.Stages with
                  | Stage.Regressor layers -> Expect.equal layers.Head first "first layer"
                  | other -> failtest $"{other}"
              }

          for name, blocks, layers in decoders do
              test $"the decoder mirrors {name}" {
                  let p = plan { forecast blocks with Loss = elbo }

                  match p.Bottleneck with
                  | Some b ->
                      Expect.equal b.Decoder layers "decoder"
                      Expect.equal b.Likelihood Likelihood.Gaussian "standardised numbers"
                  | None -> failtest "no bottleneck"
              }

          test "rows of a recurrent autoencoder" {
              let p =
                  plan
                      { forecast (gru 8 >> autoencoder 3) with
                          Loss = reconstruction }

              Expect.equal
                  (p.Rows |> List.map triple)
                  [ "gru 8", "sequence 50×8", 3 * (8 + 64 + 16), 2 * 3 * 50 * 72
                    "lastState (standard)", "vector 8", 0, 0
                    "autoencoder 3", "vector 3", 27, 48
                    "decoder: dense 8", "vector 8", 32, 48
                    "decoder: repeat 50", "sequence 50×8", 0, 0
                    "decoder: gru 8", "sequence 50×8", 3 * (64 + 64 + 16), 2 * 3 * 50 * 128
                    "decoder: dense 1 at each step", series, 9, 2 * 8 * 50
                    "decoder: variance", series, 1, 0 ]
                  "rows"
          }

          test "several columns and steps make as many targets" {
              let p =
                  plan
                      { forecast (gru 4 >> regressor []) with
                          Data = lorenz |> window 20 5 }

              Expect.equal p.Facts.Targets 15 "targets"
              Expect.equal (string p.Rows.Head.In) "sequence 20×3" "history"
              Expect.equal (string (List.last p.Rows).Out) "vector 15" "forecast"
          }

          test "embedded columns" {
              let p =
                  planUsing knowing (labelled (classTable "t.csv" "y") (embed 3 >> classifier []))

              Expect.equal (triple p.Rows.Head) ("embed 3", "vector 8", (2 + 4) * 3, 2 * (2 + 4) * 3) "embed"
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
