/// Random declarations that pass every check, and FsCheck's settings.
module GenDisc.Dsl.Tests.Generators

open FsCheck
open FsCheck.FSharp
open GenDisc
open GenDisc.Dsl.Tests.Anything

let private rate = Gen.elements [ 0.0; 0.1; 0.25; 0.5 ]

let private shapeless =
    Gen.oneof
        [ Gen.map Block.Activation activation
          Gen.map Block.Dropout rate
          Gen.elements [ Block.BatchNorm; Block.LayerNorm ] ]

/// A block that leaves this shape as it was, with weights or without.
let private residual shape =
    let weighted =
        match shape with
        | Vector n -> Block.Dense n
        | Image(c, _, _) -> Block.Conv c
        | Sequence(_, f) -> Block.CausalConv(f, 2)

    Gen.map2 (fun a b -> Block.Residual(a @ [ weighted ] @ b)) (listUpTo 2 shapeless) (listUpTo 2 shapeless)

let private recurrent steps =
    Gen.map3
        (fun cell n both ->
            let block = Block.Recurrent(cell, n)

            if both then
                Block.Bidirectional [ block ], Sequence(steps, 2 * n)
            else
                block, Sequence(steps, n))
        (Gen.elements [ Cell.Rnn; Cell.Lstm; Cell.Gru ])
        (Gen.choose (1, 5))
        (Gen.elements [ true; false ])

/// A block that fits this shape, and the shape it leaves.
let private fitting shape =
    Gen.oneof
        [ Gen.choose (1, 12) |> Gen.map (fun n -> Block.Dense n, Vector n)
          shapeless |> Gen.map (fun b -> b, shape)
          residual shape |> Gen.map (fun b -> b, shape)
          match shape with
          | Vector _ -> ()
          | Image(c, h, w) ->
              Gen.choose (1, 5) |> Gen.map (fun n -> Block.Conv n, Image(n, h, w))
              Gen.constant (Block.GlobalPool, Vector c)

              if min h w >= 2 then
                  Gen.constant (Block.Pool, Image(c, h / 2, w / 2))
          | Sequence(t, f) ->
              Gen.choose (1, 5) |> Gen.map (fun n -> Block.Conv n, Sequence(t, n))
              Gen.choose (1, 5) |> Gen.map (fun n -> Block.CausalConv(n, 2), Sequence(t, n))
              recurrent t

              Gen.elements [ Block.States States.Last; Block.States States.Mean; Block.GlobalMaxPool ]
              |> Gen.map (fun b -> b, Vector f)

              if t >= 2 then
                  Gen.constant (Block.Pool, Sequence(t / 2, f)) ]

/// Up to this many blocks, each fitting what the one before it leaves.
let rec chain longest shape =
    gen {
        let! stop = Gen.choose (0, longest)

        if stop = 0 then
            return []
        else
            let! block, next = fitting shape
            let! rest = chain (longest - 1) next
            return block :: rest
    }

let private weight =
    Gen.oneof
        [ Gen.elements [ 0.1; 0.5; 1.0; 2.0; 4.0 ] |> Gen.map Weight.Constant
          Gen.choose (1, 20) |> Gen.map Weight.Ramp
          Gen.map3
              (fun a b n -> Weight.Anneal(a, b, n))
              (Gen.elements [ 0.5; 1.0; 4.0 ])
              (Gen.elements [ 0.5; 1.0; 2.0 ])
              (Gen.choose (1, 20)) ]

let private scaled loss =
    Gen.oneof [ Gen.constant loss; weight |> Gen.map (fun w -> Loss.Scaled(w, loss)) ]

let private sum losses =
    losses
    |> List.map scaled
    |> Gen.sequenceToList
    |> Gen.map (List.reduce (fun a b -> Loss.Sum(a, b)))

/// A training that passes every check.
let training =
    trainingOf
        (Gen.elements
            [ Optimizer.Adam 1e-3
              Optimizer.AdamW 3e-4
              Optimizer.Sgd(0.1, 0.0)
              Optimizer.Sgd(0.05, 0.9) ])
        (Gen.choose (1, 50))
        (Gen.choose (2, 512))
        (Gen.elements [ Schedule.Constant; Schedule.Cosine; Schedule.Step(3, 0.5) ])
        (fun epochs -> Gen.choose (0, epochs - 1))
        (Gen.elements [ None; Some 1.0 ])
        (Gen.elements [ 0.0; 1e-4 ])
        (Gen.elements [ None; Some 1; Some 5 ])
        (Gen.elements [ None; Some 0.5; Some 0.999 ])

/// Data with room for training and validation.
let data =
    gen {
        let! source =
            Gen.elements
                [ mnist
                  fashionMnist
                  cifar10
                  digits
                  moons
                  spirals |> noise 0.2
                  friedman
                  sunspots |> window 36 1 |> season 132
                  lorenz |> points 2000 |> window 10 2
                  sines [ 1.0; 2.5 ] |> noise 0.1
                  digits |> binarised
                  ising 4 2.27 ]

        let! take = Gen.elements [ None; Some 100; Some 150 ]
        let! validation = Gen.elements [ 0.1; 0.2; 0.5 ]

        return
            { source with
                Take = take
                Validation = validation }
    }

/// What is known of generated and named data.
let facts (data: Data) =
    Data.facts data
    |> Option.defaultWith (fun () -> failwith $"{data} must be read")

/// A machine that fits the data, and what trains it.
let private machine (known: Facts) =
    gen {
        let! hidden = Gen.choose (1, 20)

        let! block =
            if known.InUnitInterval then
                Gen.constant (Block.Rbm hidden)
            else
                Gen.elements [ Block.GaussianRbm(hidden, true); Block.GaussianRbm(hidden, false) ]

        let! loss =
            Gen.elements
                [ cd 1
                  pcd 5
                  tempering 3
                  centred (pcd 1)
                  enhanced (cd 2)
                  nll
                  cd 1 + 0.1 * sparsityTarget 0.1 ]

        return block, loss
    }

/// A diffusion model that fits the data, and what trains it.
let private denoiser (known: Facts) =
    gen {
        let! network =
            match known.Shape with
            | Image(_, h, w) when min h w >= 4 -> Gen.map unet (Gen.elements [ 8; 16 ])
            | Sequence(steps, _) when steps >= 4 -> Gen.map unet (Gen.elements [ 8; 16 ])
            | _ -> Gen.map2 (fun n rest -> mlp (n :: rest)) (Gen.choose (1, 16)) (listUpTo 2 (Gen.choose (1, 16)))

        let! attends =
            Gen.elements [ id; (if network.Denoiser.IsUnet then attention else id) ]

        let! told =
            Gen.elements [ id; (if known.Classes > 0 then conditional >> guided 2.0 else id) ]

        let! predicts = Gen.elements [ predictsNoise; predictsData; predictsVelocity ]
        let! scheduled = Gen.elements [ id; linearNoise 100; cosineNoise 60 ]

        let! sampled =
            Gen.elements
                [ id
                  sampledWith (ddpm 60)
                  sampledWith (noisyDdim 20 0.5)
                  sampledWith (dpmSolver 20) ]

        let! loss = Gen.elements [ denoising; minSnr 5.0 ]
        return Block.Diffusion(network |> attends |> told |> predicts |> scheduled |> sampled), loss
    }

/// Blocks and a loss that fit the data.
let private question data =
    gen {
        let known = facts data
        let shape = known.Shape
        let! before = chain 5 shape

        let likelihoods =
            [ None
              Some Likelihood.Gaussian
              if known.InUnitInterval then
                  Some Likelihood.Bernoulli ]

        let! latent = Gen.choose (1, 8)
        let! likelihood = Gen.elements likelihoods

        let! bottleneck, lossOfBottleneck =
            Gen.elements
                [ [ Block.Vae(latent, likelihood) ], [ Loss.Elbo ]
                  [ Block.Vae(latent, likelihood) ], [ Loss.Term Term.Reconstruction; Loss.Term Term.Kl ]
                  [ Block.Vae(latent, likelihood) ], [ Loss.Term(Term.Importance 5) ]
                  [ Block.Autoencoder(latent, likelihood) ], [ Loss.Term Term.Reconstruction ]
                  [], [] ]

        let! before, bottleneck, lossOfBottleneck =
            Gen.frequency
                [ 4, Gen.constant (before, bottleneck, lossOfBottleneck)
                  1, machine known |> Gen.map (fun (block, loss) -> [], [ block ], [ loss ])
                  1, denoiser known |> Gen.map (fun (block, loss) -> [], [ block ], [ loss ]) ]

        let! hidden = listUpTo 2 (Gen.choose (1, 16))

        let head, lossOfHead =
            if known.Classes > 0 then
                Block.Classifier hidden, Loss.Term Term.CrossEntropy
            else
                Block.Regressor hidden, Loss.Term Term.Mse

        let! told =
            Gen.frequency
                [ 5, Gen.constant None
                  if known.Classes > 0 then
                      1, Gen.constant (Some(before @ [ Block.Cvae latent ], [ Loss.Elbo ]))

                      1, Gen.constant (Some([ Block.M2(latent, hidden) ], [ Loss.Elbo; Loss.Term Term.CrossEntropy ])) ]

        let! withHead =
            if bottleneck |> List.exists _.IsDiffusion then
                Gen.constant false
            else
                Gen.elements [ true; bottleneck.IsEmpty ]

        let! between =
            match bottleneck with
            | []
            | [ Block.Rbm _ ]
            | [ Block.GaussianRbm _ ] -> Gen.constant []
            | _ -> chain 2 (Vector latent)

        let! dropped =
            if bottleneck |> List.exists Block.isMachine then
                Gen.constant []
            else
                Gen.oneof
                    [ Gen.constant []
                      Gen.map2 (fun r n -> [ Block.McDropout(r, n) ]) (Gen.elements [ 0.1; 0.5 ]) (Gen.choose (1, 1000)) ]

        let heads, losses =
            if withHead then
                between @ dropped @ [ head ], lossOfBottleneck @ [ lossOfHead ]
            else
                [], lossOfBottleneck

        let blocks, losses = defaultArg told (before @ bottleneck @ heads, losses)

        let! loss = sum losses
        return blocks, loss
    }

/// Members that differ in their seeds alone, and what averages them.
let private ensembled (e: Experiment) =
    let measured =
        if List.exists Block.classifies e.Model.Blocks then
            Some(Loss.Term Term.CrossEntropy)
        elif e.Model.Blocks |> List.exists _.IsRegressor then
            Some(Loss.Term Term.Mse)
        else
            None

    match measured with
    | Some loss ->
        Gen.choose (1, 4)
        |> Gen.map (fun n ->
            let members = [ for i in 1..n -> { e with Seed = e.Seed + i } :> IDeclared ]

            { e with
                Data = { e.Data with Labels = None }
                Model = { Blocks = [ Block.Ensemble members ] }
                Loss = loss })
    | None -> Gen.constant e

/// Whether its blocks and terms learn something where labels are hidden.
let private learnsWithoutLabels (e: Experiment) =
    (facts e.Data).Classes > 0
    && not (List.exists (fun (b: Block) -> b.IsCvae) e.Model.Blocks)
    && Loss.terms e.Loss
       |> List.exists (fun term -> not (term.IsCrossEntropy || term.IsMse))

/// One without others inside.
let private single =
    gen {
        let! e =
            experimentOf (Gen.elements [ "a"; "hybrid-mnist"; "x_1.2" ]) data question training (Gen.choose (0, 1000))

        let! labels = Gen.elements [ None; Some 20; Some 100 ]

        return
            if learnsWithoutLabels e then
                { e with
                    Data = { e.Data with Labels = labels } }
            else
                e
    }
    |> Gen.map (fun e ->
        if List.exists Block.isMachine e.Model.Blocks then
            { e with
                Training = { e.Training with Patience = None } }
        else
            e)

/// An experiment that passes every check.
let experiment = Gen.frequency [ 6, single; 1, single |> Gen.bind ensembled ]

/// Wrappers that tell FsCheck which generator a property's argument wants.
type Anything = Anything of Experiment
type Valid = Valid of Experiment
type AnyLoss = AnyLoss of Loss

/// A loss of finite, moderate, not negative weights.
type MildLoss = MildLoss of Loss

/// A shape of data, and blocks before a bottleneck that fit it.
type Encoder = Encoder of Shape * Block list

type Arbitraries =
    static member Anything() =
        anyExperiment |> Gen.map Anything |> Arb.fromGen

    static member Valid() =
        experiment |> Gen.map Valid |> Arb.fromGen

    static member AnyLoss() =
        anyLoss |> Gen.map AnyLoss |> Arb.fromGen

    static member MildLoss() =
        sumOf anyTerm weight |> Gen.map MildLoss |> Arb.fromGen

    static member Encoder() =
        gen {
            let! shape =
                Gen.oneof
                    [ Gen.choose (1, 20) |> Gen.map Vector
                      Gen.map3
                          (fun c h w -> Image(c, h, w))
                          (Gen.choose (1, 3))
                          (Gen.choose (1, 13))
                          (Gen.choose (1, 13))
                      Gen.map2 (fun t f -> Sequence(t, f)) (Gen.choose (1, 20)) (Gen.choose (1, 4)) ]

            let! blocks = chain 7 shape
            return Encoder(shape, blocks)
        }
        |> Arb.fromGen

/// FsCheck settings of every property here.
let config =
    { Expecto.FsCheckConfig.defaultConfig with
        arbitrary = [ typeof<Arbitraries> ]
        maxTest = 300 }

/// A property over the generators above.
let law name property =
    Expecto.ExpectoFsCheck.testPropertyWithConfig config name property
