namespace GenDisc.Reporting

open System.Text.Json
open GenDisc.Reporting.Fields

/// A classifier on the test examples that a diffusion model told apart.
type internal ToldBy =
    { Name: string
      Accuracy: float option
      Ece: float option
      LogLoss: float option
      Parameters: int64 option
      Seconds: float option }

/// figures/diffusion-classes.json.
type internal DiffusionClassesFile =
    {
        Examples: int64 option
        Classes: int option
        /// Draws of an example at most.
        Most: int option
        /// Mean looks of the network at an example.
        Looks: float option
        /// Number of draws, and examples with so many.
        Draws: (float * float)[]
        /// The diffusion model first.
        Models: ToldBy list
        OwnAlone: int64 option
        RivalAlone: int64 option
        PValue: float option
        /// Validation examples that were told apart for a temperature.
        Validation: int64 option
        Temperature: float option
        /// Of how many the temperature is.
        FittedOn: int64 option
    }

/// figures/diffusion-bound.json.
type internal DiffusionBoundFile =
    {
        Examples: int64 option
        Looks: int option
        /// Values of a number; 0: they are continuous.
        Discrete: int option
        ToldClasses: bool
        Nats: float option
        NatsError: float option
        Bits: float option
        BitsError: float option
        Prior: float option
        Denoising: float option
        Decoder: float option
        /// First step, last step and nats.
        Levels: (float * float * float) list
        Flow: float option
    }

module internal ReadDiffusion =
    let classes (e: JsonElement) : DiffusionClassesFile =
        { Examples = long "examples" e
          Classes = integer "classes" e
          Most = integer "most" e
          Looks = finite "looks" e
          Draws = points "draws" e
          Models =
            items "models" e
            |> List.map (fun m ->
                { Name = wordsOrEmpty "name" m
                  Accuracy = finite "accuracy" m
                  Ece = finite "ece" m
                  LogLoss = finite "logLoss" m
                  Parameters = long "parameters" m
                  Seconds = finite "secondsPerExample" m })
          OwnAlone = long "ownAlone" e
          RivalAlone = long "rivalAlone" e
          PValue = finite "pValue" e
          Validation = long "validation" e
          Temperature = finite "temperature" e
          FittedOn = long "fittedOn" e }

    let bound (e: JsonElement) : DiffusionBoundFile =
        { Examples = long "examples" e
          Looks = integer "looks" e
          Discrete = integer "discrete" e
          ToldClasses = integer "toldClasses" e = Some 1
          Nats = finite "nats" e
          NatsError = finite "natsError" e
          Bits = finite "bitsPerDim" e
          BitsError = finite "bitsError" e
          Prior = finite "prior" e
          Denoising = finite "denoising" e
          Decoder = finite "decoder" e
          Levels =
            items "levels" e
            |> List.choose (fun level ->
                match finite "first" level, finite "last" level, finite "nats" level with
                | Some first, Some last, Some nats -> Some(first, last, nats)
                | _ -> None)
          Flow = finite "flow" e }
