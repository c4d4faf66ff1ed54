namespace GenDisc.Reporting

open System
open System.Text.Json
open System.Text.RegularExpressions
open GenDisc.Reporting.Fields

/// A check that a run made of its own diffusion model.
type internal DiffusionCheck =
    { Title: string
      Passed: bool
      Found: string
      Advice: string }

/// Losses over a range of steps: of the network, and of predictors that know next to nothing.
type internal DiffusionLevel =
    { First: int
      Last: int
      Loss: float
      Zero: float
      Mean: float
      Gaussian: float }

    member this.Middle = (float this.First + float this.Last) / 2.0

/// figures/denoising.json.
type internal DiffusionFile =
    {
        Checks: DiffusionCheck list
        Levels: DiffusionLevel list
        /// Steps of the schedule.
        Steps: int option
        /// Examples that losses were measured on, and samples that were drawn.
        Examples: int64 option
        Samples: int64 option
        /// Classes that samples were drawn of; 0: none was told.
        Classes: int
        Latents: bool
        /// Steps that the columns of the film strip stand at.
        Moments: int list
        /// Example sequences, by feature and time step.
        Real: float[][] list
        Drawn: float[][] list
    }

    member this.Failed = this.Checks |> List.filter (fun c -> not c.Passed)

/// What a declared diffusion model is, from its row of plan.json.
type internal DiffusionPlan =
    {
        Target: string
        Linear: bool
        Steps: int
        /// Word and numbers of the sampler.
        Sampler: string
        SamplerSteps: int
        Eta: float
        Guidance: float
        Conditional: bool
        Unet: bool
        Latents: bool
    }

    /// `class-conditional latent diffusion model`
    member this.Kind =
        (if this.Conditional then "class-conditional " else "")
        + (if this.Latents then "latent " else "")
        + "diffusion model"

module internal DiffusionFile =
    /// Values by feature and time step.
    let private values (e: JsonElement) =
        if e.ValueKind = JsonValueKind.Array then
            [| for feature in e.EnumerateArray() do
                   if feature.ValueKind = JsonValueKind.Array then
                       [| for x in feature.EnumerateArray() -> asFloat x |> Option.defaultValue nan |] |]
        else
            [||]

    /// From the JSON.
    let read e : DiffusionFile =
        let sequences name =
            part "sequences" e |> items name |> List.map values

        { Checks =
            items "checks" e
            |> List.map (fun c ->
                { Title = wordsOrEmpty "title" c
                  Passed = truth "passed" c
                  Found = wordsOrEmpty "found" c
                  Advice = wordsOrEmpty "advice" c })
          Levels =
            items "levels" e
            |> List.choose (fun l ->
                match integer "first" l, integer "last" l with
                | Some first, Some last ->
                    let of' name =
                        number name l |> Option.defaultValue nan

                    Some
                        { First = first
                          Last = last
                          Loss = of' "loss"
                          Zero = of' "zero"
                          Mean = of' "mean"
                          Gaussian = of' "gaussian" }
                | _ -> None)
          Steps = integer "steps" e
          Examples = long "examples" e
          Samples = long "samples" e
          Classes = integer "classes" e |> Option.defaultValue 0
          Latents = truth "latents" e
          Moments = floats "moments" e |> List.map int32
          Real = sequences "real"
          Drawn = sequences "drawn" }

    /// The diffusion model that a plan declares, from the blocks' own source.
    let declared (blocks: string list) =
        let latents =
            blocks
            |> List.exists (fun b -> b.StartsWith("encoder ", StringComparison.Ordinal))

        blocks
        |> List.tryFindBack (fun b -> b.StartsWith("diffusion ", StringComparison.Ordinal))
        |> Option.map (fun block ->
            let has word = Regex.IsMatch(block, $@"\b{word}\b")

            let numberAfter word otherwise =
                let found = Regex.Match(block, $@"\b{word} \(?(-?[0-9.eE+-]+)")

                if found.Success then
                    Double.Parse(found.Groups[1].Value, Globalization.CultureInfo.InvariantCulture)
                else
                    otherwise

            let sampler =
                [ "ddpm"; "noisyDdim"; "dpmSolver" ]
                |> List.tryFind has
                |> Option.defaultValue "ddim"

            let eta = Regex.Match(block, @"\bnoisyDdim \S+ ([0-9.eE+-]+)")

            { Target =
                (if has "predictsNoise" then "noise"
                 elif has "predictsData" then "data"
                 else "velocity")
              Linear = has "linearNoise"
              Steps = int (numberAfter "linearNoise" (numberAfter "cosineNoise" 1000.0))
              Sampler = sampler
              SamplerSteps = int (numberAfter sampler 50.0)
              Eta =
                (if sampler = "ddpm" then
                     1.0
                 elif eta.Success then
                     Double.Parse(eta.Groups[1].Value, Globalization.CultureInfo.InvariantCulture)
                 else
                     0.0)
              Guidance = numberAfter "guided" 1.0
              Conditional = has "conditional"
              Unet = has "unet"
              Latents = latents })
