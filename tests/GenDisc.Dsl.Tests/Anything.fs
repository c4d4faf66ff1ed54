/// Random declarations of anything that can be written, valid or not.
module GenDisc.Dsl.Tests.Anything

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

let listUpTo longest g =
    Gen.choose (0, longest) |> Gen.bind (fun n -> Gen.listOfLength n g)

let activation =
    Gen.elements
        [ Activation.Relu
          Activation.Gelu
          Activation.Tanh
          Activation.Silu
          Activation.Sigmoid ]

let private likelihood =
    Gen.elements [ None; Some Likelihood.Bernoulli; Some Likelihood.Gaussian ]

let private anyCell = Gen.elements [ Cell.Rnn; Cell.Lstm; Cell.Gru ]

let private anySampler =
    Gen.oneof
        [ Gen.map Sampler.Ddpm anyInt
          Gen.map2 (fun steps eta -> Sampler.Ddim(steps, eta)) anyInt anyFloat
          Gen.map Sampler.DpmSolver anyInt ]

/// Any denoising network with any use that can be written of it.
let anyDiffusion =
    gen {
        let! denoiser =
            Gen.oneof [ Gen.map Denoiser.Unet anyInt; Gen.map Denoiser.Mlp (listUpTo 3 anyInt) ]

        let! attention = Gen.elements [ true; false ]
        let! conditional = Gen.elements [ true; false ]

        let! prediction =
            Gen.elements [ Prediction.Noise; Prediction.Data; Prediction.Velocity ]

        let! schedule =
            Gen.oneof [ Gen.map NoiseSchedule.Linear anyInt; Gen.map NoiseSchedule.Cosine anyInt ]

        let! sampler = anySampler
        let! guidance = Gen.oneof [ Gen.constant 1.0; anyFloat ]
        let! classified = Gen.optionOf anyInt

        return
            { Denoiser = denoiser
              Attention = attention
              Conditional = conditional
              Prediction = prediction
              Schedule = schedule
              Sampler = sampler
              Guidance = guidance
              Classified = classified }
    }

let rec private anyBlock depth =
    Gen.oneof
        [ Gen.map Block.Dense anyInt
          Gen.map Block.Conv anyInt
          Gen.elements
              [ Block.Pool
                Block.GlobalPool
                Block.GlobalMaxPool
                Block.BatchNorm
                Block.LayerNorm
                Block.States States.Last
                Block.States States.Mean
                Block.States States.All ]
          Gen.map2 (fun n d -> Block.DilatedConv(n, d)) anyInt anyInt
          Gen.map2 (fun n d -> Block.CausalConv(n, d)) anyInt anyInt
          Gen.map2 (fun cell n -> Block.Recurrent(cell, n)) anyCell anyInt
          Gen.map Block.GaussianNoise anyFloat
          Gen.map Block.MaskingNoise anyFloat
          Gen.map Block.Embed anyInt
          Gen.map Block.Activation activation
          Gen.map Block.Dropout anyFloat
          Gen.map2 (fun n l -> Block.Vae(n, l)) anyInt likelihood
          Gen.map2 (fun n l -> Block.Autoencoder(n, l)) anyInt likelihood
          Gen.map Block.Cvae anyInt
          Gen.map2 (fun n hidden -> Block.M2(n, hidden)) anyInt (listUpTo 3 anyInt)
          Gen.map2 (fun rate n -> Block.McDropout(rate, n)) anyFloat anyInt
          Gen.map Block.Classifier (listUpTo 3 anyInt)
          Gen.map Block.EnergyClassifier (listUpTo 3 anyInt)
          Gen.map Block.Rbm anyInt
          Gen.map2 (fun n learned -> Block.GaussianRbm(n, learned)) anyInt (Gen.elements [ true; false ])
          Gen.map Block.ClassRbm anyInt
          Gen.map Block.Boltzmann anyInt
          Gen.map Block.Dbn (listUpTo 3 anyInt)
          Gen.map Block.Regressor (listUpTo 3 anyInt)
          Gen.map Block.Diffusion anyDiffusion
          if depth > 0 then
              Gen.map Block.Residual (listUpTo 3 (anyBlock (depth - 1)))
              Gen.map Block.Bidirectional (listUpTo 3 (anyBlock (depth - 1))) ]

/// Any model that can be written.
let anyModel =
    listUpTo 6 (anyBlock 2) |> Gen.map (fun blocks -> { Blocks = blocks })

let private negativePhase =
    Gen.map3
        (fun kind n gradient -> Term.NegativePhase(kind n, gradient))
        (Gen.elements [ NegativePhase.Contrastive; NegativePhase.Persistent; NegativePhase.Tempered ])
        anyInt
        (Gen.elements [ MachineGradient.Plain; MachineGradient.Centred; MachineGradient.Enhanced ])

let private plainTerm =
    Gen.elements
        [ Loss.Elbo
          Loss.Term Term.Reconstruction
          Loss.Term Term.Kl
          Loss.Term Term.CrossEntropy
          Loss.Term Term.Mse
          Loss.Term Term.Sparsity
          Loss.Term Term.Nll
          Loss.Term Term.Energy ]

let anyTerm =
    Gen.frequency
        [ 4, plainTerm
          1, Gen.map Loss.Term negativePhase
          1, Gen.map (Term.SparsityTarget >> Loss.Term) anyFloat
          1, Gen.map (Term.Importance >> Loss.Term) anyInt
          1, Gen.map (Term.Denoising >> Loss.Term) (Gen.optionOf anyFloat) ]

let sumOf term weight =
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

let private anyText =
    Gen.elements [ "a.csv"; "my data/x.zip"; ""; "quote\""; "größe"; "back\\slash" ]

let private anySeries =
    Gen.oneof
        [ Gen.elements
              [ SeriesSource.Sunspots
                SeriesSource.MinTemperatures
                SeriesSource.AirlinePassengers
                SeriesSource.Lorenz ]
          Gen.map2 (fun path columns -> SeriesSource.Csv(path, columns)) anyText (listUpTo 3 anyText)
          Gen.map SeriesSource.Sines (listUpTo 3 anyFloat)
          Gen.map SeriesSource.DampedOscillator anyFloat
          Gen.map3 (fun a b c -> SeriesSource.DrivenOscillator(a, b, c)) anyFloat anyFloat anyFloat
          Gen.map SeriesSource.VanDerPol anyFloat ]

let private pairOf g = Gen.map2 (fun a b -> a, b) g g

let private anySource =
    Gen.oneof
        [ Gen.elements
              [ Source.Mnist
                Source.FashionMnist
                Source.Cifar10
                Source.Digits
                Source.Moons
                Source.Circles
                Source.Spirals
                Source.Blobs
                Source.Friedman ]
          Gen.map Source.ImageFolder anyText
          Gen.map Source.TimeSeries anyText
          Gen.map2 (fun path target -> Source.Table(path, target)) anyText anyText
          Gen.map2 (fun path target -> Source.ClassTable(path, target)) anyText anyText
          Gen.map2 (fun size temperature -> Source.Ising(size, temperature, 1.0, 0.0)) anyInt anyFloat
          Gen.map3
              (fun size temperature (coupling, field) -> Source.Ising(size, temperature, coupling, field))
              anyInt
              anyFloat
              (pairOf anyFloat)
          Gen.map Source.Series anySeries ]

let private anyAugmentation =
    Gen.oneof
        [ Gen.map Augmentation.Shift anyInt
          Gen.constant Augmentation.Flip
          Gen.map Augmentation.Rotate anyFloat
          Gen.map Augmentation.Crop anyInt
          Gen.map Augmentation.CutOut anyInt ]

let private anyCorruption =
    Gen.oneof
        [ Gen.map Corruption.Noise anyFloat
          Gen.map Corruption.Blur anyFloat
          Gen.map Corruption.Turn anyFloat
          Gen.map Corruption.Missing anyFloat ]

let rec private anyDataOf depth =
    gen {
        let! source = anySource
        let! noise = Gen.optionOf anyFloat
        let! draw = Gen.optionOf anyInt
        let! points = Gen.optionOf anyInt
        let! span = Gen.optionOf anyFloat
        let! binarised = Gen.elements [ true; false ]
        let! resize = Gen.optionOf (pairOf anyInt)
        let! window = Gen.optionOf (pairOf anyInt)
        let! season = Gen.optionOf anyInt
        let! holdOut = Gen.optionOf anyFloat
        let! take = Gen.optionOf anyInt
        let! validation = Gen.oneof [ Gen.constant 0.1; anyFloat ]
        let! only = Gen.optionOf anyInt
        let! labels = Gen.optionOf anyInt
        let! corruptions = listUpTo 2 anyCorruption
        let! augment = listUpTo 3 anyAugmentation

        let! against =
            if depth = 0 then Gen.constant None else Gen.optionOf (anyDataOf (depth - 1))

        return
            { Source = source
              Noise = noise
              Draw = draw
              Points = points
              Span = span
              Binarised = binarised
              Resize = resize
              Window = window
              Season = season
              HoldOut = holdOut
              Take = take
              Validation = validation
              Only = only
              Labels = labels
              Prepared = List.map Preparation.Corrupt corruptions
              Generated = []
              Augment = augment
              Against = against
              Judge = None }
    }

/// Any data declaration that can be written.
let anyData = anyDataOf 1

/// Trainings of these parts; the warm-up may depend on the epochs.
let trainingOf optimizer epochs batch schedule (warmUp: int -> Gen<int>) clip decay patience average =
    gen {
        let! optimizer = optimizer
        let! epochs = epochs
        let! batch = batch
        let! schedule = schedule
        let! warmUp = warmUp epochs
        let! clip = clip
        let! decay = decay
        let! patience = patience
        let! average = average
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
              Average = average
              Kernels = kernels }
    }

/// Any training that can be written.
let anyTraining =
    trainingOf
        (Gen.oneof
            [ Gen.map Optimizer.Adam anyFloat
              Gen.map Optimizer.AdamW anyFloat
              Gen.map2 (fun rate momentum -> Optimizer.Sgd(rate, momentum)) anyFloat anyFloat ])
        anyInt
        anyInt
        (Gen.oneof
            [ Gen.elements [ Schedule.Constant; Schedule.Cosine ]
              Gen.map2 (fun every factor -> Schedule.Step(every, factor)) anyInt anyFloat ])
        (fun _ -> anyInt)
        (Gen.optionOf anyFloat)
        (Gen.oneof [ Gen.constant 0.0; anyFloat ])
        (Gen.optionOf anyInt)
        (Gen.optionOf anyFloat)

/// Experiments of these parts; blocks and loss may depend on the data.
let experimentOf name data (question: Data -> Gen<Block list * Loss>) training seed =
    gen {
        let! name = name
        let! data = data
        let! blocks, loss = question data
        let! training = training
        let! seed = seed

        return
            { Name = name
              Data = data
              Model = { Blocks = blocks }
              Loss = loss
              Training = training
              Seed = seed }
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

let rec private anyExperimentOf depth =
    let inside =
        if depth = 0 then
            Gen.constant []
        else
            Gen.oneof
                [ Gen.map2
                      (fun e tuned -> Block.Encoder(e, tuned))
                      (anyExperimentOf (depth - 1))
                      (Gen.elements [ true; false ])
                  listUpTo 2 (anyExperimentOf (depth - 1))
                  |> Gen.map (fun members -> Block.Ensemble [ for e in members -> e ]) ]
            |> listUpTo 1

    let question _ =
        Gen.map3 (fun inside (model: Model) loss -> inside @ model.Blocks, loss) inside anyModel anyLoss

    let behind =
        if depth = 0 then
            Gen.constant id
        else
            Gen.oneof
                [ Gen.constant id
                  Gen.map qualityBy (anyExperimentOf (depth - 1))
                  Gen.map reconstructed (anyExperimentOf (depth - 1))
                  Gen.map infilled (anyExperimentOf (depth - 1))
                  Gen.map2 augment (anyExperimentOf (depth - 1)) anyInt
                  Gen.map2 augmentPerClass (anyExperimentOf (depth - 1)) anyInt ]

    experimentOf anyName (Gen.map2 (<|) behind anyData) question anyTraining anyInt

/// Any experiment that can be written.
let anyExperiment = anyExperimentOf 1
