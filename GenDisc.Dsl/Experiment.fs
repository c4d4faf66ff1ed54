namespace GenDisc

open System
open System.Security.Cryptography
open System.Text

/// A question put to data: same declaration, same run.
type Experiment =
    { Name: string
      Data: Data
      Model: Model
      Loss: Loss
      Training: Training
      Seed: int }

    member private this.Fields =
        [ $"Name = {Show.quoted this.Name}"
          $"Data = {this.Data}"
          $"Model = {this.Model}"
          $"Loss = {this.Loss}"
          $"Training = {this.Training}"
          $"Seed = {Show.integer this.Seed}" ]

    /// The experiment's own source.
    override this.ToString() =
        "{ " + String.concat "\n  " this.Fields + " }"

    interface IDeclared with
        member this.Name = this.Name
        member this.Source = "{ " + String.concat "; " this.Fields + " }"

module Experiment =
    /// The experiment as its own source.
    let show (e: Experiment) = string e

    /// The experiments that stand directly inside this one, in model and data, each as `change` makes it.
    let mapInner (change: Experiment -> Experiment) (e: Experiment) =
        let changed (declared: IDeclared) =
            match declared with
            | :? Experiment as inner -> change inner :> IDeclared
            | other -> other

        let block b =
            match b with
            | Block.Encoder(inner, tuned) -> Block.Encoder(changed inner, tuned)
            | Block.Ensemble members -> Block.Ensemble(List.map changed members)
            | other -> other

        let preparation p =
            match p with
            | Preparation.Reconstruct inner -> Preparation.Reconstruct(changed inner)
            | Preparation.Infill inner -> Preparation.Infill(changed inner)
            | Preparation.Corrupt _ -> p

        { e with
            Model = { Blocks = e.Model.Blocks |> List.map block }
            Data =
                { e.Data with
                    Prepared = e.Data.Prepared |> List.map preparation
                    Generated = e.Data.Generated |> List.map (fun g -> { g with By = changed g.By })
                    Judge = Option.map changed e.Data.Judge } }

    /// The experiments that train what `generated` draws from: one, or one for each of so many classes.
    let generators (classes: int) (generated: Generated) =
        match generated.By with
        | :? Experiment as by when generated.PerClass ->
            [ for label in 0 .. classes - 1 do
                  { by with
                      Name = $"{by.Name}-class{label}"
                      Data = { by.Data with Only = Some label } } ]
        | :? Experiment as by -> [ by ]
        | _ -> []

    let private isSafe c =
        Char.IsAsciiLetterOrDigit c || c = '.' || c = '_' || c = '-'

    /// Whether a name may name a folder: 1 to 64 of A–Z, a–z, 0–9, `.`, `_` and `-`, the first no dot.
    let hasSafeName (e: Experiment) =
        e.Name <> ""
        && e.Name.Length <= 64
        && String.forall isSafe e.Name
        && e.Name[0] <> '.'

    /// The run's identity, safe as the name of a folder whatever the experiment is called: its name, then the first
    /// 8 hexadecimal digits of the SHA-256 of its source.
    let id (e: Experiment) =
        let hash = SHA256.HashData(Encoding.UTF8.GetBytes(show e))

        let name =
            e.Name
            |> String.map (fun c -> if isSafe c then c else '-')
            |> fun s -> if s.StartsWith '.' then "-" + s.Substring 1 else s
            |> fun s -> if s = "" then "experiment" else s.Substring(0, min 64 s.Length)

        $"{name}-{Convert.ToHexStringLower(hash).Substring(0, 8)}"
