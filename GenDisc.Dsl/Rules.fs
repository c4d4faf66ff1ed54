/// What must hold besides shapes and losses: of the model as a whole, training, data and name.
module internal GenDisc.Rules

let private isFinite (x: float) = System.Double.IsFinite x

/// Problems of the model as a whole.
let model (m: Model) =
    let isSink (b: Block) =
        b.IsVae
        || b.IsAutoencoder
        || b.IsCvae
        || b.IsDiffusion
        || b.IsRegressor
        || Block.classifies b
        || Block.isMachine b

    [ if m.Blocks.IsEmpty then
          Problem.at (Place.Block []) "the model has no blocks" "write model (vae 32 >> classifier [128])"
      match m.Blocks |> List.tryFindIndex _.IsDiffusion with
      | Some i ->
          match m.Blocks |> List.skip (i + 1) |> List.tryFindIndex isSink with
          | Some after ->
              let reader = i + 1 + after

              Problem.at
                  (Place.Block [ reader ])
                  $"{Block.brief m.Blocks[reader]} has nothing to read: {Block.brief m.Blocks[i]} draws examples and leaves no representation"
                  "let the diffusion model be the last block"
          | None -> ()
      | None -> ()
      match List.tryFindIndexBack isSink m.Blocks with
      | Some last when last < m.Blocks.Length - 1 ->
          let source = Model.source m

          let part =
              match Show.find [ last + 1 ] source, Show.find [ m.Blocks.Length - 1 ] source with
              | Some first, Some final ->
                  Some
                      { first with
                          Length = final.Start + final.Length - first.Start }
              | _ -> None

          let dead =
              m.Blocks |> List.skip (last + 1) |> List.map Block.show |> String.concat " >> "

          Problem.within
              (Place.Block [ last + 1 ])
              part
              $"nothing uses what {dead} computes: no head, bottleneck or machine follows"
              (if m.Blocks[last].IsDiffusion then
                   "drop it: a diffusion model is the last block"
               else
                   $"put it before {Block.show m.Blocks[last]}, or drop it")
      | _ -> ()
      yield! BayesRules.model m ]

/// Problems of the training.
let training (e: Experiment) =
    let t = e.Training
    let source = Training.source t

    let expect ok part says hint =
        [ if not ok then
              Problem.within Place.Training (Show.find part source) says hint ]

    let normalises = Block.everyBlock e.Model.Blocks |> List.exists _.IsBatchNorm

    let rate, momentum =
        match t.Optimizer with
        | Optimizer.Adam rate
        | Optimizer.AdamW rate -> rate, 0.0
        | Optimizer.Sgd(rate, momentum) -> rate, momentum

    [ yield!
          expect
              (isFinite rate && rate > 0.0)
              "rate"
              $"a learning rate must be finite and above 0, but is {Show.number rate}"
              "write adam 1e-3"
      yield!
          expect
              (momentum >= 0.0 && momentum < 1.0)
              "momentum"
              $"momentum expects a number from 0.0 to below 1.0, but got {Show.number momentum}"
              "write momentum 0.9"
      yield!
          expect
              (t.Epochs >= 1 && t.Epochs <= 100000)
              "epochs"
              $"epochs expects 1 to 100,000, but got {Show.integer t.Epochs}"
              "write epochs 10"
      yield! expect (t.Batch >= 1) "batch" $"batch expects at least 1, but got {Show.integer t.Batch}" "write batch 128"
      yield!
          expect
              (t.Batch <> 1 || not normalises)
              "batch"
              "batch 1 leaves batchNorm nothing to average over: it expects at least 2 examples per step"
              "write batch 128, or use layerNorm instead of batchNorm"
      match t.Schedule with
      | Schedule.Step(every, factor) ->
          yield!
              expect
                  (every >= 1)
                  "stepDecay"
                  $"stepDecay expects at least 1 epoch between steps, but got {Show.integer every}"
                  "write stepDecay 10 0.5"

          yield!
              expect
                  (factor > 0.0 && factor <= 1.0)
                  "stepDecay"
                  $"stepDecay expects a factor above 0.0 and at most 1.0, but got {Show.number factor}"
                  "write stepDecay 10 0.5"
      | Schedule.Constant
      | Schedule.Cosine -> ()
      if t.WarmUp < 0 then
          yield!
              expect
                  false
                  "warmUp"
                  $"warmUp expects at least 0 epochs, but got {Show.integer t.WarmUp}"
                  "write warmUp 2"
      elif t.Epochs >= 1 then
          yield!
              expect
                  (t.WarmUp = 0 || t.WarmUp < t.Epochs)
                  "warmUp"
                  $"warmUp expects fewer epochs than the {Show.integer t.Epochs} of the training, but got {Show.integer t.WarmUp}"
                  "warm up for less, or train for longer"
      match t.Clip with
      | Some norm ->
          yield!
              expect
                  (isFinite norm && norm > 0.0)
                  "clip"
                  $"clip expects a finite norm above 0, but got {Show.number norm}"
                  "write clip 1.0"
      | None -> ()
      yield!
          expect
              (isFinite t.WeightDecay && t.WeightDecay >= 0.0)
              "weightDecay"
              $"weightDecay expects a finite number of at least 0, but got {Show.number t.WeightDecay}"
              "write weightDecay 1e-4"
      match t.Patience with
      | Some patience ->
          yield!
              expect
                  (patience >= 1)
                  "earlyStopping"
                  $"earlyStopping expects at least 1 epoch, but got {Show.integer patience}"
                  "write earlyStopping 5"

          yield!
              expect
                  (e.Data.Validation <> 0.0)
                  "earlyStopping"
                  "earlyStopping watches the validation loss, but the data holds nothing out"
                  "drop validation 0.0, or drop earlyStopping"
      | None -> ()
      match t.Average with
      | Some decay ->
          yield!
              expect
                  (decay > 0.0 && decay < 1.0)
                  "ema"
                  $"ema expects a decay between 0 and 1, but got {Show.number decay}"
                  "write ema 0.999"
      | None -> () ]

/// Problems of the name.
let name (e: Experiment) =
    [ if not (Experiment.hasSafeName e) then
          Problem.at
              Place.Name
              "a name expects 1 to 64 letters A–Z or a–z, digits, dots, dashes and underscores, the first no dot"
              "write Name = \"my-experiment\"" ]
