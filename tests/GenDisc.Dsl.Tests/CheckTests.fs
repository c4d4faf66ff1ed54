module GenDisc.Dsl.Tests.CheckTests

open Expecto
open FsCheck
open FsCheck.FSharp
open GenDisc
open GenDisc.Dsl.Tests.Checked
open GenDisc.Dsl.Tests.Generators

let private hybrid = ExperimentTests.hybrid

let private withModel c = { hybrid with Model = model c }

/// Plants one error of a known kind in a valid experiment; says where it must be reported, and in what words.
let private errors: (string * (Experiment -> Experiment) * (Experiment -> Place) * string) list =
    let front block says =
        says,
        (fun (e: Experiment) ->
            { e with
                Model = { Blocks = block :: e.Model.Blocks } }),
        (fun _ -> Place.Block [ 0 ]),
        says

    let train says change =
        says, (fun (e: Experiment) -> { e with Training = change e.Training }), (fun _ -> Place.Training), says

    [ front (Block.Dropout 1.0) "dropout 1.0 expects"
      front (Block.Residual []) "residual expects at least one block"
      front (Block.Dropout nan) "dropout nan expects"
      ("dead",
       (fun e ->
           { e with
               Model = { Blocks = e.Model.Blocks @ [ Block.Dense 3 ] } }),
       (fun e -> Place.Block [ e.Model.Blocks.Length - 1 ]),
       "nothing uses")
      ("weight", (fun e -> { e with Loss = e.Loss + nan * e.Loss }), (fun _ -> Place.Loss), "a weight must be")
      ("name", (fun e -> { e with Name = "a/" + e.Name }), (fun _ -> Place.Name), "a name expects")
      ("take", (fun e -> { e with Data = e.Data |> take 0 }), (fun _ -> Place.Data), "take expects")
      ("share",
       (fun e ->
           { e with
               Data = e.Data |> validation 1.0 }),
       (fun _ -> Place.Data),
       "validation expects")
      train "a learning rate must be" (fun t ->
          { t with
              Optimizer = Optimizer.Adam -1.0 })
      train "batch expects" (fun t -> { t with Batch = 0 })
      train "clip expects" (fun t -> { t with Clip = Some 0.0 })
      train "weightDecay expects" (fun t -> { t with WeightDecay = -1.0 })
      train "earlyStopping expects" (fun t -> { t with Patience = Some 0 })
      train "warmUp expects" (fun t -> { t with WarmUp = t.Epochs })
      train "stepDecay expects" (fun t ->
          { t with
              Schedule = Schedule.Step(2, 1.5) }) ]

/// One wrong declaration after another: what is told, and under which characters.
let private cases: (Experiment * (Place * string * string) list) list =
    let block path part says = Place.Block path, part, says
    let loss part says = Place.Loss, part, says

    [ withModel (dense 10 >> conv 4 >> pool >> vae 2 >> classifier []),
      [ block [ 1 ] "conv 4" "conv 4 expects an image, but receives vector 10" ]

      withModel (
          dense 10
          >> pool
          >> conv 4
          >> dropout -0.1
          >> dense 5
          >> pool
          >> vae 2
          >> classifier []
      ),
      [ block [ 1 ] "pool" "pool expects an image, but receives vector 10"
        block [ 3 ] "dropout (-0.1)" "dropout (-0.1) expects a rate from 0.0 to below 1.0, but got -0.1"
        block [ 5 ] "pool" "pool expects an image, but receives vector 5" ]

      withModel (pool >> pool >> pool >> pool >> pool >> pool >> vae 2 >> classifier []),
      [ block [ 4 ] "pool" "pool expects an image of at least 2×2 pixels, but receives image 1×1×1" ]

      withModel (dense 0 >> conv 0 >> vae -1 >> classifier [ 5; 0 ]),
      [ block [ 0 ] "dense 0" "dense 0 expects a width of at least 1, but got 0"
        block [ 1 ] "conv 0" "conv 0 expects an image, but receives a vector"
        block [ 1 ] "conv 0" "conv 0 expects a number of channels of at least 1, but got 0"
        block [ 2 ] "vae (-1)" "vae (-1) expects a latent size of at least 1, but got -1"
        block [ 3 ] "classifier [5; 0]" "classifier [5; 0] expects hidden widths of at least 1, but got 0" ]

      withModel (residual (conv 1 >> residual (dense 7)) >> vae 2 >> classifier []),
      [ block
            [ 0; 1 ]
            "residual (dense 7)"
            "residual expects blocks that leave the shape as it was, but receives image 1×28×28 and leaves vector 7" ]

      withModel (residual (vae 3) >> vae 2 >> classifier []),
      [ block [ 0; 0 ] "vae 3" "vae 3 stands inside residual, which expects blocks that leave the shape as it was" ]

      withModel (vae 2 >> autoencoder 3 >> classifier [] >> classifier [ 4 ]),
      [ block [ 1 ] "autoencoder 3" "autoencoder 3 is a second bottleneck after vae 2, but a model has at most one"
        block [ 3 ] "classifier [4]" "classifier [4] is a second head after classifier [], but a model has at most one" ]

      { hybrid with
          Model = model (vae 2 >> regressor [])
          Loss = elbo + mse },
      [ block [ 1 ] "regressor []" "regressor [] expects targets to regress on, but mnist has classes" ]

      { hybrid with
          Data = friedman
          Model = model (classifier [])
          Loss = crossEntropy },
      [ block [ 0 ] "classifier []" "classifier [] expects classes, but friedman has a target to regress on" ]

      { hybrid with
          Data = moons
          Model = model (bernoulliVae 2 >> classifier []) },
      [ block [ 0 ] "bernoulliVae 2" "bernoulliVae 2 expects data in [0, 1], but moons has values outside" ]

      { hybrid with
          Model = model id
          Loss = crossEntropy },
      [ block [] "" "the model has no blocks"
        loss "" "crossEntropy needs a classifier, and the model has none" ]

      withModel (vae 2 >> classifier [ 10 ] >> dense 5 >> relu),
      [ block
            [ 2 ]
            "dense 5 >> relu"
            "nothing uses what dense 5 >> relu computes: no head, bottleneck or machine follows" ]

      withModel (dense 2000000000 >> dense 2000000000 >> vae 2 >> classifier []),
      [ block
            [ 0 ]
            "dense 2000000000"
            "dense 2000000000 needs 1,570,000,000,000 parameters, but at most 2,147,483,647 are possible"
        block
            [ 1 ]
            "dense 2000000000"
            "dense 2000000000 needs 4,000,000,000 parameters, but at most 2,147,483,647 are possible" ]

      withModel (conv 2147483647 >> vae 2 >> classifier []),
      [ block
            [ 0 ]
            "conv 2147483647"
            "conv 2147483647 needs 21,474,836,470 parameters, but at most 2,147,483,647 are possible" ]

      { hybrid with
          Loss = 0.0 * elbo + crossEntropy },
      [ block [ 0 ] "vae 32" "vae 32 is trained by no term of the loss" ]
      { hybrid with Loss = elbo },
      [ block [ 1 ] "classifier [128]" "classifier [128] is trained by no term of the loss" ]
      { hybrid with Loss = kl + crossEntropy },
      [ block [ 0 ] "vae 32" "the decoder of vae 32 is trained by no term of the loss, which has kl alone" ]
      { hybrid with
          Loss = 0.0 * (elbo + crossEntropy) },
      [ loss "" "every term of the loss has weight 0, so nothing is trained" ]

      { hybrid with
          Model = model (autoencoder 3)
          Loss = elbo + kl },
      [ loss "" "elbo needs a vae, but autoencoder 3 has no distribution over its latent vector"
        loss "" "kl needs a vae, but autoencoder 3 has no distribution over its latent vector" ]

      { hybrid with
          Loss = ramp 0 * elbo + crossEntropy + (-2.0 * kl + anneal 1.0 infinity 0 * kl) },
      [ loss "ramp 0" "ramp 0 expects at least 1 epoch, but got 0"
        loss "-2.0" "a weight must be finite and not negative, but is -2.0"
        loss
            "anneal 1.0 infinity 0"
            "anneal 1.0 infinity 0 expects weights that are finite and not negative, but got 1.0 and infinity"
        loss "anneal 1.0 infinity 0" "anneal 1.0 infinity 0 expects at least 1 epoch, but got 0" ]

      { hybrid with
          Model = model (batchNorm >> vae 32 >> classifier [])
          Training = sgd 0.1 |> momentum 1.0 |> epochs 0 |> batch 1 |> earlyStopping 3
          Data = mnist |> validation 0.0 |> take 60001 },
      [ Place.Data, "take 60001", "take expects at most the 60,000 examples left for training, but got 60,001"
        Place.Training, "momentum 1.0", "momentum expects a number from 0.0 to below 1.0, but got 1.0"
        Place.Training, "epochs 0", "epochs expects 1 to 100,000, but got 0"
        Place.Training,
        "batch 1",
        "batch 1 leaves batchNorm nothing to average over: it expects at least 2 examples per step"
        Place.Training, "earlyStopping 3", "earlyStopping watches the validation loss, but the data holds nothing out" ] ]

let tests =
    testList
        "Check"
        [ law "a valid experiment has a plan" (fun (Valid e) -> problems e = [])

          law "anything at all is either planned or refused" (fun (Anything e) ->
              match Check.experiment e with
              | Ok plan -> plan.Parameters >= 0L
              | Error problems -> problems <> [] && (Explain.problems e problems).Contains "hint: ")

          testPropertyWithConfig config "planted errors are found at their place" (fun (Valid e) ->
              Gen.choose (1, 3)
              |> Gen.bind (fun n -> Gen.shuffle (List.toArray errors) |> Gen.map (Array.truncate n >> Array.toList))
              |> Arb.fromGen
              |> Prop.forAll
              <| fun planted ->
                  // A block put in front would shift the place of another.
                  let planted =
                      planted
                      |> List.fold
                          (fun kept (name, plant, place, says) ->
                              let sameSpot (_, _, other: Experiment -> Place, _) = other e = place e

                              if place e = Place.Block [ 0 ] && List.exists sameSpot kept then
                                  kept
                              else
                                  kept @ [ name, plant, place, says ])
                          []

                  let wrong = planted |> List.fold (fun e (_, plant, _, _) -> plant e) e
                  let found = problems wrong

                  planted
                  |> List.forall (fun (_, _, place, says) ->
                      found
                      |> List.exists (fun p -> p.Place = place wrong && p.Says.Contains(says: string)))
                  |> Prop.label (Explain.problems wrong found))

          for i, (e, expected) in List.indexed cases do
              test $"wrong declaration {i + 1}: {e.Model.ToString()} with {e.Loss.ToString()}" {
                  Expect.equal (told e) expected "problems"
              } ]
