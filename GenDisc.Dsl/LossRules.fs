/// What must hold of a loss, by itself and together with the model it trains.
module internal GenDisc.LossRules

/// A loss's parts with their paths.
let rec private parts path loss =
    (path, loss)
    :: match loss with
       | Loss.Scaled(_, inner) -> parts (path @ [ 0 ]) inner
       | Loss.Sum(left, right) -> parts (path @ [ 0 ]) left @ parts (path @ [ 1 ]) right
       | Loss.Term _
       | Loss.Elbo -> []

let private weightProblems weight =
    [ match weight with
      | Weight.Constant w when not (System.Double.IsFinite w && w >= 0.0) ->
          $"a weight must be finite and not negative, but is {Show.number w}", "write a weight such as 0.1"
      | Weight.Ramp epochs when epochs < 1 ->
          $"{Weight.show weight} expects at least 1 epoch, but got {Show.integer epochs}", "write ramp 10"
      | Weight.Anneal(from, until, epochs) ->
          if
              not (
                  System.Double.IsFinite from
                  && System.Double.IsFinite until
                  && from >= 0.0
                  && until >= 0.0
              )
          then
              $"{Weight.show weight} expects weights that are finite and not negative, but got {Show.number from} and {Show.number until}",
              "write anneal 4.0 1.0 10"

          if epochs < 1 then
              $"{Weight.show weight} expects at least 1 epoch, but got {Show.integer epochs}", "write anneal 4.0 1.0 10"
      | _ -> () ]

/// Problems of the weights and of the terms themselves, each under its part.
let private weights (m: Model) loss =
    let source = Loss.source loss

    [ for path, part in parts [] loss do
          match part with
          | Loss.Scaled(weight, _) ->
              for says, hint in weightProblems weight do
                  Problem.within Place.Loss (Show.find (path @ [ -1 ]) source) says hint
          | Loss.Term term ->
              for says, hint in MachineLosses.numbers term @ MachineLosses.misfits m term do
                  Problem.within Place.Loss (Show.find path source) says hint
          | _ -> () ]

/// Terms that weigh something in some epoch of the training.
let private weighing epochs loss =
    let last = max 1 epochs

    [ yield! seq { 1 .. min last 1000 }; last ]
    |> List.collect (fun epoch ->
        Loss.weights epoch loss
        |> Map.toList
        |> List.filter (fun (_, w) -> w <> 0.0)
        |> List.map fst)
    |> Set.ofList

let private tryBlock predicate (m: Model) =
    m.Blocks
    |> List.tryFindIndex predicate
    |> Option.map (fun i -> i, Block.show m.Blocks[i])

/// Whether it has a Gaussian latent vector and a decoder.
let private isVariational (b: Block) = b.IsVae || b.IsCvae || b.IsM2

/// Terms that need a block the model lacks.
let private missing (data: Data) (facts: Facts) (m: Model) loss =
    let names =
        parts [] loss
        |> List.choose (fun (_, part) ->
            match part with
            | Loss.Term term -> Some(Term.name term)
            | Loss.Elbo -> Some "elbo"
            | _ -> None)
        |> List.distinct

    let needs name says hint =
        [ if List.contains name names then
              Problem.at Place.Loss says hint ]

    let has predicate = List.exists predicate m.Blocks

    // an ensemble does what its data ask for
    let classifies (b: Block) =
        Block.classifies b && not (b.IsEnsemble && facts.Classes = 0)

    let regresses (b: Block) =
        b.IsRegressor || (b.IsEnsemble && facts.Targets > 0)

    let autoencoder = tryBlock _.IsAutoencoder m

    let head name block kind other =
        needs
            name
            $"{name} needs a {block}, and the model has none"
            (if kind then
                 other
             else if name = "crossEntropy" then
                 $"{Data.title data} has no classes: use mse with regressor [64]"
             else
                 $"{Data.title data} has classes: use crossEntropy with classifier [128]")

    [ if not (has classifies) then
          yield! head "crossEntropy" "classifier" (facts.Classes > 0) "append >> classifier [128], or drop crossEntropy"
      if not (has regresses) then
          yield! head "mse" "regressor" (facts.Targets > 0) "append >> regressor [64], or drop mse"
      if not (has isVariational) then
          match autoencoder with
          | Some(_, shown) ->
              yield!
                  needs
                      "elbo"
                      $"elbo needs a vae, but {shown} has no distribution over its latent vector"
                      $"use reconstruction instead of elbo, or a vae instead of {shown}"

              yield!
                  needs
                      "importance"
                      $"iwae needs a vae, but {shown} has no distribution over its latent vector"
                      $"use reconstruction instead of iwae, or a vae instead of {shown}"

              yield!
                  needs
                      "kl"
                      $"kl needs a vae, but {shown} has no distribution over its latent vector"
                      $"drop kl, or use a vae instead of {shown}"
          | None ->
              yield! needs "elbo" "elbo needs a vae, and the model has none" "add vae 32, or drop elbo"
              yield! needs "importance" "iwae needs a vae, and the model has none" "add vae 32, or drop iwae"
              yield! needs "kl" "kl needs a vae, and the model has none" "add vae 32, or drop kl"

              yield!
                  needs
                      "reconstruction"
                      "reconstruction needs a vae or an autoencoder, and the model has none"
                      "add vae 32 or autoencoder 32, or drop reconstruction"
      if not (has _.IsVae) then
          match tryBlock isVariational m with
          | Some(_, shown) ->
              yield!
                  needs
                      "importance"
                      $"iwae needs a vae, whose decoder is told no class as that of {shown} is"
                      $"use elbo instead of iwae, or a vae instead of {shown}"
          | None -> ()
      if not (has _.IsDiffusion) then
          yield!
              needs
                  "denoising"
                  "denoising needs a diffusion model, and the model has none"
                  "write model (diffusion (unet 32)), or drop denoising"
      if autoencoder.IsNone then
          yield!
              needs
                  "sparsity"
                  "sparsity needs an autoencoder, and the model has none"
                  "add autoencoder 32, or drop sparsity" ]

/// Blocks that no term of the loss trains.
let private untrained (m: Model) trained =
    let unless (terms: Term list) predicate says hint =
        match tryBlock predicate m with
        | Some(i, shown) when terms |> List.forall (fun t -> not (Set.contains t trained)) ->
            [ Problem.at (Place.Block [ i ]) (says shown) (hint shown) ]
        | _ -> []

    let noTerm shown =
        $"{shown} is trained by no term of the loss"

    [ yield!
          unless [ Term.CrossEntropy ] (fun b -> b.IsClassifier || b.IsEnergyClassifier) noTerm (fun shown ->
              $"add crossEntropy to the loss, or drop {shown}")
      yield!
          unless
              [ Term.CrossEntropy ]
              _.IsM2
              (fun shown -> $"examples whose class is known teach the classifier of {shown} nothing")
              (fun _ -> "write elbo + 50.0 * crossEntropy")
      yield! unless [ Term.Mse ] _.IsRegressor noTerm (fun shown -> $"add mse to the loss, or drop {shown}")
      yield!
          unless [ Term.Reconstruction ] _.IsAutoencoder noTerm (fun shown ->
              $"add reconstruction to the loss, or drop {shown}")
      match tryBlock _.IsDiffusion m with
      | Some(i, shown) when not (Set.exists (fun (term: Term) -> term.IsDenoising) trained) ->
          Problem.at (Place.Block [ i ]) (noTerm shown) "write Loss = denoising"
      | _ -> ()
      if
          Set.exists (fun (term: Term) -> term.IsImportance) trained
          && m.Blocks |> List.exists _.IsVae
      then
          () // it trains encoder and decoder alike
      elif Set.contains Term.Kl trained then
          yield!
              unless
                  [ Term.Reconstruction ]
                  isVariational
                  (fun shown -> $"the decoder of {shown} is trained by no term of the loss, which has kl alone")
                  (fun _ -> "use elbo, or add reconstruction to the loss")
      else
          yield!
              unless [ Term.Reconstruction ] isVariational noTerm (fun shown ->
                  $"add 0.1 * elbo to the loss, or drop {shown}") ]

/// Problems of the loss by itself and together with the model.
let experiment (facts: Facts) (e: Experiment) =
    let trained = weighing e.Training.Epochs e.Loss
    let wrongWeights = weights e.Model e.Loss

    [ yield! wrongWeights
      yield! missing e.Data facts e.Model e.Loss
      yield! MachineLosses.experiment facts e (List.map fst (Loss.summands e.Loss))
      if not trained.IsEmpty then
          yield! untrained e.Model trained
          yield! MachineLosses.untrained e.Model trained
      elif wrongWeights.IsEmpty then
          Problem.at
              Place.Loss
              "every term of the loss has weight 0, so nothing is trained"
              "give a term a weight above 0" ]
