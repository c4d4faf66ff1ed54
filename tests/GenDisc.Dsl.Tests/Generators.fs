/// Random declarations: valid ones, and parts of any kind.
module GenDisc.Dsl.Tests.Generators

open FsCheck
open FsCheck.FSharp
open GenDisc

let private anyFloat =
    Gen.oneof
        [ Gen.elements
              [ 0.0
                1.0
                -1.0
                0.1
                1e-7
                1e20
                -2.5
                infinity
                -infinity
                System.Double.MaxValue
                5e-324 ]
          ArbMap.defaults |> ArbMap.generate<NormalFloat> |> Gen.map _.Get ]

let private anyInt =
    Gen.oneof
        [ Gen.choose (-3, 600)
          Gen.elements [ System.Int32.MinValue; System.Int32.MaxValue; 0; 1 ] ]

let private listUpTo longest g =
    Gen.choose (0, longest) |> Gen.bind (fun n -> Gen.listOfLength n g)

// ---- Anything that can be written, valid or not

let private activation =
    Gen.elements [ Activation.Relu; Activation.Gelu; Activation.Tanh; Activation.Silu ]

let private likelihood =
    Gen.elements [ None; Some Likelihood.Bernoulli; Some Likelihood.Gaussian ]

let rec private anyBlock depth =
    Gen.oneof
        [ Gen.map Block.Dense anyInt
          Gen.map Block.Conv anyInt
          Gen.elements [ Block.Pool; Block.BatchNorm; Block.LayerNorm ]
          Gen.map Block.Activation activation
          Gen.map Block.Dropout anyFloat
          Gen.map2 (fun n l -> Block.Vae(n, l)) anyInt likelihood
          Gen.map2 (fun n l -> Block.Autoencoder(n, l)) anyInt likelihood
          Gen.map Block.Classifier (listUpTo 3 anyInt)
          Gen.map Block.Regressor (listUpTo 3 anyInt)
          if depth > 0 then
              Gen.map Block.Residual (listUpTo 3 (anyBlock (depth - 1))) ]

/// Any model that can be written.
let anyModel =
    listUpTo 6 (anyBlock 2) |> Gen.map (fun blocks -> { Blocks = blocks })

let private anyTerm =
    Gen.elements
        [ Loss.Elbo
          Loss.Term Term.Reconstruction
          Loss.Term Term.Kl
          Loss.Term Term.CrossEntropy
          Loss.Term Term.Mse ]

let private sumOf term weight =
    let rec loss depth =
        if depth = 0 then
            term
        else
            Gen.oneof
                [ term
                  Gen.map2 (fun w l -> Loss.Scaled(w, l)) weight (loss (depth - 1))
                  Gen.map2 (fun a b -> Loss.Sum(a, b)) (loss (depth - 1)) (loss (depth - 1)) ]

    loss 4

/// Any loss that can be written.
let anyLoss =
    sumOf anyTerm
    <| Gen.oneof
        [ Gen.map Weight.Constant anyFloat
          Gen.map Weight.Ramp anyInt
          Gen.map3 (fun a b n -> Weight.Anneal(a, b, n)) anyFloat anyFloat anyInt ]

/// Every source, cut in these ways.
let private dataOf take validation =
    Gen.map3
        (fun source take validation ->
            { Source = source
              Take = take
              Validation = validation })
        (Gen.elements
            [ Source.Mnist
              Source.FashionMnist
              Source.Digits
              Source.Moons
              Source.Friedman ])
        take
        validation

/// Any data declaration that can be written.
let anyData =
    dataOf (Gen.optionOf anyInt) (Gen.oneof [ Gen.constant 0.1; anyFloat ])

/// Any training that can be written.
let anyTraining =
    gen {
        let! rate = anyFloat
        let! momentum = anyFloat

        let! optimizer =
            Gen.elements [ Optimizer.Adam rate; Optimizer.AdamW rate; Optimizer.Sgd(rate, momentum) ]

        let! epochs = anyInt
        let! batch = anyInt
        let! every = anyInt
        let! factor = anyFloat

        let! schedule =
            Gen.elements [ Schedule.Constant; Schedule.Cosine; Schedule.Step(every, factor) ]

        let! warmUp = anyInt
        let! clip = Gen.optionOf anyFloat
        let! decay = Gen.oneof [ Gen.constant 0.0; anyFloat ]
        let! patience = Gen.optionOf anyInt
        let! kernels = Gen.elements [ true; false ]

        return
            { Optimizer = optimizer
              Epochs = epochs
              Batch = batch
              Schedule = schedule
              WarmUp = warmUp
              Clip = clip
              WeightDecay = decay
              Patience = patience
              Kernels = kernels }
    }

let private anyName =
    Gen.oneof
        [ Gen.elements
              [ "a"
                "quote\""
                "back\\slash"
                "two\nlines\r\t"
                "größe"
                ""
                "{brace}%d"
                "\u0000\u001f😀"
                "a/../b" ]
          ArbMap.defaults
          |> ArbMap.generate<char list>
          |> Gen.map (List.toArray >> System.String) ]

/// Any experiment that can be written.
let anyExperiment =
    gen {
        let! name = anyName
        let! data = anyData
        let! model = anyModel
        let! loss = anyLoss
        let! training = anyTraining
        let! seed = anyInt

        return
            { Name = name
              Data = data
              Model = model
              Loss = loss
              Training = training
              Seed = seed }
    }

// ---- Valid declarations

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

    Gen.map2 (fun a b -> Block.Residual(a @ [ weighted ] @ b)) (listUpTo 2 shapeless) (listUpTo 2 shapeless)

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

              if min h w >= 2 then
                  Gen.constant (Block.Pool, Image(c, h / 2, w / 2)) ]

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
    gen {
        let! optimizer =
            Gen.elements
                [ Optimizer.Adam 1e-3
                  Optimizer.AdamW 3e-4
                  Optimizer.Sgd(0.1, 0.0)
                  Optimizer.Sgd(0.05, 0.9) ]

        let! epochs = Gen.choose (1, 50)
        let! batch = Gen.choose (2, 512)

        let! schedule =
            Gen.elements [ Schedule.Constant; Schedule.Cosine; Schedule.Step(3, 0.5) ]

        let! warmUp = Gen.choose (0, epochs - 1)
        let! clip = Gen.elements [ None; Some 1.0 ]
        let! decay = Gen.elements [ 0.0; 1e-4 ]
        let! patience = Gen.elements [ None; Some 1; Some 5 ]
        let! kernels = Gen.elements [ true; false ]

        return
            { Optimizer = optimizer
              Epochs = epochs
              Batch = batch
              Schedule = schedule
              WarmUp = warmUp
              Clip = clip
              WeightDecay = decay
              Patience = patience
              Kernels = kernels }
    }

/// Data with room for training and validation.
let data =
    dataOf (Gen.elements [ None; Some 100; Some 1000 ]) (Gen.elements [ 0.1; 0.2; 0.5 ])

/// An experiment that passes every check.
let experiment =
    gen {
        let! data = data
        let shape = Data.shape data
        let! before = chain 5 shape

        let likelihoods =
            [ None
              Some Likelihood.Gaussian
              if Data.inUnitInterval data then
                  Some Likelihood.Bernoulli ]

        let! latent = Gen.choose (1, 8)
        let! likelihood = Gen.elements likelihoods

        let! bottleneck, lossOfBottleneck =
            Gen.elements
                [ [ Block.Vae(latent, likelihood) ], [ Loss.Elbo ]
                  [ Block.Vae(latent, likelihood) ], [ Loss.Term Term.Reconstruction; Loss.Term Term.Kl ]
                  [ Block.Autoencoder(latent, likelihood) ], [ Loss.Term Term.Reconstruction ]
                  [], [] ]

        let! hidden = listUpTo 2 (Gen.choose (1, 16))

        let head, lossOfHead =
            if Data.classes data > 0 then
                Block.Classifier hidden, Loss.Term Term.CrossEntropy
            else
                Block.Regressor hidden, Loss.Term Term.Mse

        let! withHead = Gen.elements [ true; bottleneck.IsEmpty ]

        let! between =
            if bottleneck.IsEmpty then Gen.constant [] else chain 2 (Vector latent)

        let heads, losses =
            if withHead then
                between @ [ head ], lossOfBottleneck @ [ lossOfHead ]
            else
                [], lossOfBottleneck

        let! loss = sum losses
        let! training = training
        let! name = Gen.elements [ "a"; "hybrid-mnist"; "x_1.2" ]
        let! seed = Gen.choose (0, 1000)

        return
            { Name = name
              Data = data
              Model = { Blocks = before @ bottleneck @ heads }
              Loss = loss
              Training = training
              Seed = seed }
    }

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
                          (Gen.choose (1, 13)) ]

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
