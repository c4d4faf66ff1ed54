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
