namespace GenDisc

[<RequireQualifiedAccess>]
type Optimizer =
    | Adam of rate: float
    | AdamW of rate: float
    | Sgd of rate: float * momentum: float

/// Factor on the learning rate over the epochs.
[<RequireQualifiedAccess>]
type Schedule =
    | Constant
    /// Half a cosine from 1 to 0 over all epochs.
    | Cosine
    /// Times `factor` after every `every` epochs.
    | Step of every: int * factor: float

/// How a model is trained.
type Training =
    {
        Optimizer: Optimizer
        Epochs: int
        Batch: int
        Schedule: Schedule
        /// Epochs over which the rate first grows in a straight line from 0 (0: none).
        WarmUp: int
        /// Largest global gradient norm.
        Clip: float option
        WeightDecay: float
        /// Stop when the validation loss has not improved for this many epochs, and restore the best weights.
        Patience: int option
        /// Decay of an exponential moving average of the weights, which then stands for them in all that is not training.
        Average: float option
        /// Hand-written kernels where they fit; without them every step is made of libtorch's own operations.
        Kernels: bool
    }

    /// Source with the modifiers marked by name.
    member internal this.Written: Show.Marked<string> =
        let modifier name (argument: string) =
            Show.mark name (Show.text (if argument = "" then name else $"{name} {argument}"))

        let decays =
            match this.Optimizer with
            | Optimizer.AdamW _ -> true
            | _ -> this.WeightDecay <> 0.0

        Show.joined
            " |> "
            [ match this.Optimizer with
              | Optimizer.Adam rate -> Show.mark "rate" (Show.text $"adam {Show.numberArgument rate}")
              | Optimizer.AdamW rate -> Show.mark "rate" (Show.text $"adamW {Show.numberArgument rate}")
              | Optimizer.Sgd(rate, momentum) ->
                  Show.mark "rate" (Show.text $"sgd {Show.numberArgument rate}")

                  if momentum <> 0.0 then
                      modifier "momentum" (Show.numberArgument momentum)
              modifier "epochs" (Show.integerArgument this.Epochs)
              modifier "batch" (Show.integerArgument this.Batch)
              match this.Schedule with
              | Schedule.Constant -> ()
              | Schedule.Cosine -> modifier "cosine" ""
              | Schedule.Step(every, factor) ->
                  modifier "stepDecay" $"{Show.integerArgument every} {Show.numberArgument factor}"
              if this.WarmUp <> 0 then
                  modifier "warmUp" (Show.integerArgument this.WarmUp)
              match this.Clip with
              | Some norm -> modifier "clip" (Show.numberArgument norm)
              | None -> ()
              if decays then
                  modifier "weightDecay" (Show.numberArgument this.WeightDecay)
              match this.Patience with
              | Some epochs -> modifier "earlyStopping" (Show.integerArgument epochs)
              | None -> ()
              match this.Average with
              | Some decay -> modifier "ema" (Show.numberArgument decay)
              | None -> ()
              if not this.Kernels then
                  modifier "withoutKernels" "" ]

    /// The declaration's own source.
    override this.ToString() = this.Written.Text

module Training =
    /// An optimiser with everything else at its default: 10 epochs in batches of 128 at a constant rate.
    let start optimizer =
        { Optimizer = optimizer
          Epochs = 10
          Batch = 128
          Schedule = Schedule.Constant
          WarmUp = 0
          Clip = None
          WeightDecay = 0.0
          Patience = None
          Average = None
          Kernels = true }

    /// The training as its own source: `adam 0.001 |> epochs 5 |> batch 128`.
    let show (training: Training) = string training

    /// The source with `rate` and each modifier's name marked.
    let source (training: Training) = training.Written
