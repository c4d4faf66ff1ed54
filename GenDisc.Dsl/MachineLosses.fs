/// What must hold of the losses of Boltzmann machines and energy classifiers.
module internal GenDisc.MachineLosses

/// The most units that are enumerated: 2^20 states.
let largest = 20

/// The most replicas of parallel tempering: each is a set of chains as large as a batch.
let mostReplicas = 1000

/// The most draws of a latent vector in one step: each is decoded.
let mostDraws = 1000

/// Problems of a term's own numbers: what is wrong, and a hint.
let numbers term =
    [ match term with
      | Term.NegativePhase((NegativePhase.Contrastive n | NegativePhase.Persistent n), _) when n < 1 ->
          $"{Term.show term} expects at least 1 sweep, but got {Show.integer n}", $"write {Term.name term} 1"
      | Term.NegativePhase(NegativePhase.Tempered n, _) when n < 2 ->
          $"{Term.show term} expects at least 2 replicas, but got {Show.integer n}", "write tempering 10, or pcd 1"
      | Term.NegativePhase(NegativePhase.Tempered n, _) when n > mostReplicas ->
          $"{Term.show term} expects at most {Show.grouped (int64 mostReplicas)} replicas, but got {Show.integer n}",
          "write tempering 10"
      | Term.Importance n when n < 1 || n > mostDraws ->
          $"{Term.show term} expects 1 to {Show.grouped (int64 mostDraws)} draws, but got {Show.integer n}",
          "write iwae 8"
      | Term.Denoising(Some limit) when not (System.Double.IsFinite limit && limit > 0.0) ->
          $"{Term.show term} expects a finite limit above 0, but got {Show.number limit}", "write minSnr 5.0"
      | Term.SparsityTarget target when not (target > 0.0 && target < 1.0) ->
          $"{Term.show term} expects an activity between 0 and 1, but got {Show.number target}",
          "write sparsityTarget 0.1"
      | _ -> () ]

let private isPhase term =
    match term with
    | Term.NegativePhase _ -> true
    | _ -> false

let private isTarget term =
    match term with
    | Term.SparsityTarget _ -> true
    | _ -> false

let private tryMachine (m: Model) =
    m.Blocks |> List.tryFind Block.isMachine

/// What a term asks of the model's machine that this machine lacks.
let misfits (m: Model) term =
    [ match tryMachine m, term with
      | Some(Block.Boltzmann _ as machine), Term.NegativePhase(phase, gradient) when not gradient.IsPlain ->
          let plain = Term.NegativePhase(phase, MachineGradient.Plain)

          $"{Term.show term} is a gradient of restricted machines, which {Block.show machine} is not",
          $"write {Term.show plain}, or use rbm"
      | Some(Block.Boltzmann hidden as machine), Term.SparsityTarget _ when hidden = 0 ->
          $"{Term.show term} is about the activity of hidden units, of which {Block.show machine} has none",
          $"drop {Term.show term}, or write boltzmann 100"
      | _ -> () ]

/// Units to enumerate, where they are known from the declaration.
let private states (facts: Facts) (m: Model) machine =
    let visible =
        match m.Blocks with
        | Block.Encoder _ :: _ -> System.Int32.MaxValue
        | _ -> Shape.size facts.Shape

    match machine with
    | Block.Rbm hidden
    | Block.ClassRbm hidden -> Some(min visible hidden)
    | Block.GaussianRbm(hidden, _) -> Some hidden
    | Block.Boltzmann hidden -> Some(int (min (int64 visible + int64 hidden) (int64 System.Int32.MaxValue)))
    | _ -> None

let private enumerable (facts: Facts) (m: Model) =
    match tryMachine m with
    | None ->
        [ Problem.at Place.Loss "nll needs a Boltzmann machine, and the model has none" "add rbm 16, or drop nll" ]
    | Some machine ->
        match states facts m machine with
        | Some units when units <= largest -> []
        | Some units ->
            let which =
                if machine.IsBoltzmann then "units"
                elif machine.IsGaussianRbm then "hidden units"
                else "visible or hidden units"

            [ Problem.at
                  Place.Loss
                  $"nll enumerates all states, which takes at most {Show.integer largest} {which}, but {Block.show machine} has {Show.integer units}"
                  "use cd 1 or pcd 1, or a smaller machine" ]
        | None ->
            [ Problem.at
                  Place.Loss
                  $"nll is the likelihood of one machine, but {Block.show machine} has several"
                  "use cd 1 or pcd 1" ]

/// Problems of the terms together with the model and the training.
let experiment (facts: Facts) (e: Experiment) (terms: Term list) =
    let machine = tryMachine e.Model
    let phases = List.filter isPhase terms
    let targets = List.filter isTarget terms

    let needed word term =
        if machine.IsNone then
            [ Problem.at
                  Place.Loss
                  $"{Term.show term} needs a Boltzmann machine, and the model has none"
                  $"add {word}, or drop {Term.show term}" ]
        else
            []

    let second what all =
        match all with
        | first :: next :: _ ->
            [ Problem.at
                  Place.Loss
                  $"{Term.show next} is a second {what} after {Term.show first}, but a loss has at most one"
                  $"keep one of {Term.show first} and {Term.show next}" ]
        | _ -> []

    [ yield! phases |> List.collect (needed "rbm 500")
      yield! targets |> List.collect (needed "rbm 500")
      yield! second "negative phase" phases
      yield! second "sparsity target" targets
      yield! second "importance-weighted bound" (terms |> List.filter _.IsImportance)
      yield! second "denoising loss" (terms |> List.filter _.IsDenoising)
      if List.contains Term.Nll terms then
          yield! enumerable facts e.Model
      if
          List.contains Term.Energy terms
          && not (List.exists (fun (b: Block) -> b.IsEnergyClassifier) e.Model.Blocks)
      then
          Problem.at
              Place.Loss
              "energy needs an energyClassifier, and the model has none"
              "write energyClassifier [128] in place of classifier, or drop energy"
      match machine, phases with
      | Some(Block.Dbn hidden), _ when e.Training.Epochs < hidden.Length ->
          Problem.at
              Place.Training
              $"{Block.show machine.Value} learns one machine after the other, which takes at least {Show.integer hidden.Length} epochs, but got {Show.integer e.Training.Epochs}"
              $"write epochs {Show.integer (10 * hidden.Length)}"
      | _ -> ()
      match e.Training.Patience, phases @ List.filter (fun (term: Term) -> term.IsEnergy) terms with
      | Some _, term :: _ ->
          Problem.within
              Place.Training
              (Show.find "earlyStopping" (Training.source e.Training))
              $"earlyStopping watches the validation loss, but {Term.show term} is a difference of energies, which says nothing about how good the model is"
              "drop earlyStopping, and choose epochs"
      | _ -> () ]

/// Machines and energies that no term of the loss trains.
let untrained (m: Model) (trained: Set<Term>) =
    let trains (predicate: Term -> bool) = Set.exists predicate trained

    [ for i, block in List.indexed m.Blocks do
          let shown = Block.show block

          let alone =
              Block.isMachine block
              && not (trains isPhase || trains _.IsNll)
              && not (block.IsClassRbm && trains _.IsCrossEntropy)

          if alone then
              Problem.at
                  (Place.Block [ i ])
                  $"{shown} is trained by no term of the loss as a model of its data"
                  $"add cd 1 to the loss, or drop {shown}"
          elif block.IsEnergyClassifier && not (trains _.IsEnergy) then
              let plain = shown.Replace("energyClassifier", "classifier")

              Problem.at
                  (Place.Block [ i ])
                  $"the energy of {shown} is trained by no term of the loss"
                  $"add 1.0 * energy to the loss, or write {plain}" ]
