module GenDisc.Dsl.Tests.SequenceCheckTests

open Expecto
open GenDisc
open GenDisc.Dsl.Tests.Checked

let private hybrid = ExperimentTests.hybrid

/// Forecasts one step of one column from fifty.
let forecast c =
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
          } ]
