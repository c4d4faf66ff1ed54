namespace GenDisc

/// Where the states that a Boltzmann machine unlearns come from.
[<RequireQualifiedAccess>]
type NegativePhase =
    /// CD-k: `steps` sweeps of Gibbs sampling from the batch itself.
    | Contrastive of steps: int
    /// PCD-k: `steps` more sweeps of chains that are kept from step to step.
    | Persistent of steps: int
    /// Parallel tempering of this many kept chains between infinite temperature and 1.
    | Tempered of replicas: int

/// How a machine's gradient is written.
[<RequireQualifiedAccess>]
type MachineGradient =
    | Plain
    /// Offsets subtracted from the units, so that flipping bits changes nothing.
    | Centred
    /// The enhanced gradient, which weighs the flips of a bit by how often it is on.
    | Enhanced

/// One formula, averaged over the examples of a batch.
[<RequireQualifiedAccess>]
type Term =
    /// −E_q[log p(x|z)], nats per example, summed over dimensions.
    | Reconstruction
    /// KL(q(z|x) ‖ p(z)), nats per example, summed over latent dimensions.
    | Kl
    /// −log of the mean importance weight of so many draws from q(z|x), nats per example.
    | Importance of samples: int
    /// −log p(y|x), nats per example.
    | CrossEntropy
    /// Squared error, averaged over target dimensions.
    | Mse
    /// Σ_j |z_j| over an autoencoder's latent vector.
    | Sparsity
    /// A machine's energy on data less that on states of its own, nats per example.
    | NegativePhase of NegativePhase * MachineGradient
    /// −log p(x) of a small machine by enumeration, nats per example.
    | Nll
    /// Σ_j KL(target ‖ mean activity of hidden unit j).
    | SparsityTarget of target: float
    /// Squared error of what a diffusion model predicts; weighed by the signal-to-noise ratio where that is below a limit.
    | Denoising of limit: float option
    /// The energy of an `energyClassifier` on data less that on samples of its own, nats per example.
    | Energy

/// A factor that may depend on the epoch (counted from 1).
[<RequireQualifiedAccess>]
type Weight =
    | Constant of float
    /// min(1, epoch / epochs).
    | Ramp of epochs: int
    /// From `from` at epoch 1 in a straight line to `until` at epoch `epochs`, then constant.
    | Anneal of from: float * until: float * epochs: int

module Term =
    /// The term's name in metrics.
    let name term =
        match term with
        | Term.Reconstruction -> "reconstruction"
        | Term.Kl -> "kl"
        | Term.Importance _ -> "importance"
        | Term.CrossEntropy -> "crossEntropy"
        | Term.Mse -> "mse"
        | Term.Sparsity -> "sparsity"
        | Term.NegativePhase(NegativePhase.Contrastive _, _) -> "cd"
        | Term.NegativePhase(NegativePhase.Persistent _, _) -> "pcd"
        | Term.NegativePhase(NegativePhase.Tempered _, _) -> "tempering"
        | Term.Nll -> "nll"
        | Term.SparsityTarget _ -> "sparsityTarget"
        | Term.Energy -> "energy"
        | Term.Denoising _ -> "denoising"

    /// The term's own source.
    let show term =
        match term with
        | Term.NegativePhase(phase, gradient) ->
            let count =
                match phase with
                | NegativePhase.Contrastive n
                | NegativePhase.Persistent n
                | NegativePhase.Tempered n -> Show.integerArgument n

            match gradient with
            | MachineGradient.Plain -> $"{name term} {count}"
            | MachineGradient.Centred -> $"centred ({name term} {count})"
            | MachineGradient.Enhanced -> $"enhanced ({name term} {count})"
        | Term.Importance samples -> $"iwae {Show.integerArgument samples}"
        | Term.Denoising(Some limit) -> $"minSnr {Show.numberArgument limit}"
        | Term.SparsityTarget target -> $"{name term} {Show.numberArgument target}"
        | _ -> name term

module Weight =
    /// The factor in an epoch, counted from 1.
    let at (epoch: int) weight =
        match weight with
        | Weight.Constant w -> w
        | Weight.Ramp epochs when epoch >= epochs -> 1.0
        | Weight.Ramp epochs -> float epoch / float epochs
        | Weight.Anneal(_, until, epochs) when epoch >= epochs -> until
        | Weight.Anneal(from, until, epochs) -> from + (until - from) * float (epoch - 1) / float (epochs - 1)

    /// The weight as its own source.
    let show weight =
        match weight with
        | Weight.Constant w -> Show.number w
        | Weight.Ramp epochs -> $"ramp {Show.integerArgument epochs}"
        | Weight.Anneal(from, until, epochs) ->
            $"anneal {Show.numberArgument from} {Show.numberArgument until} {Show.integerArgument epochs}"

    /// The last epoch in which the weight still changes, if it changes at all.
    let internal ends weight =
        match weight with
        | Weight.Constant _ -> None
        | Weight.Ramp epochs
        | Weight.Anneal(_, _, epochs) -> Some epochs

/// A weighted sum of terms, kept as written so that it prints as its own source.
[<RequireQualifiedAccess>]
type Loss =
    | Term of Term
    /// Negative ELBO: reconstruction + kl.
    | Elbo
    | Scaled of Weight * Loss
    | Sum of Loss * Loss

    static member (*)(w: float, l: Loss) = Loss.Scaled(Weight.Constant w, l)
    static member (*)(w: Weight, l: Loss) = Loss.Scaled(w, l)
    static member (+)(a: Loss, b: Loss) = Loss.Sum(a, b)

    /// Source with every part marked by its path from the root: 0 and 1 are the sides of a sum, 0 a scaled loss and
    /// −1 its weight.
    member internal this.Source: Show.Marked<int list> =
        let rec write path loss =
            let inside step inner = write (path @ [ step ]) inner

            let enclosed step inner =
                Show.concat [ Show.text "("; inside step inner; Show.text ")" ]

            Show.mark path
            <| match loss with
               | Loss.Term term -> Show.text (Term.show term)
               | Loss.Elbo -> Show.text "elbo"
               | Loss.Scaled(weight, inner) ->
                   Show.concat
                       [ Show.mark (path @ [ -1 ]) (Show.text (Weight.show weight))
                         Show.text " * "
                         match inner with
                         | Loss.Term _
                         | Loss.Elbo -> inside 0 inner
                         | Loss.Scaled _
                         | Loss.Sum _ -> enclosed 0 inner ]
               | Loss.Sum(left, right) ->
                   Show.concat
                       [ inside 0 left
                         Show.text " + "
                         match right with
                         | Loss.Sum _ -> enclosed 1 right
                         | _ -> inside 1 right ]

        write [] this

    /// The loss's own source.
    override this.ToString() = this.Source.Text

module Loss =
    /// The loss as its own source.
    let show (loss: Loss) = string loss

    /// The source with every part marked by its path from the root: 0 and 1 are the sides of a sum, 0 a scaled loss
    /// and −1 its weight.
    let source (loss: Loss) = loss.Source

    /// Every term as often as it is written, with the weights that stand before it, outermost first.
    let private products loss =
        let rec go weights loss =
            match loss with
            | Loss.Term term -> [ term, List.rev weights ]
            | Loss.Elbo -> [ Term.Reconstruction, List.rev weights; Term.Kl, List.rev weights ]
            | Loss.Scaled(weight, inner) -> go (weight :: weights) inner
            | Loss.Sum(left, right) -> go weights left @ go weights right

        go [] loss

    /// The distinct terms, in the order in which they are first written.
    let terms loss =
        products loss |> List.map fst |> List.distinct

    /// Every distinct term with its summands: each a product of weights (the empty product is 1).
    let summands loss : (Term * Weight list list) list =
        products loss
        |> List.groupBy fst
        |> List.map (fun (term, group) -> term, List.map snd group)

    /// Whether a term's weight is the same in every epoch.
    let isConstant (summands: Weight list list) =
        summands |> List.concat |> List.forall _.IsConstant

    /// A term's weight as source: constants multiplied out, schedules as written (`0.5 * ramp 10`).
    let showSummands (summands: Weight list list) =
        let showProduct weights =
            let constants, schedules =
                weights |> List.partition (fun (w: Weight) -> w.IsConstant)

            let factor = constants |> List.fold (fun p w -> p * Weight.at 1 w) 1.0

            [ if factor <> 1.0 || schedules.IsEmpty then
                  Show.number factor
              yield! List.map Weight.show schedules ]
            |> String.concat " * "

        if isConstant summands then
            summands
            |> List.sumBy (List.fold (fun p w -> p * Weight.at 1 w) 1.0)
            |> Show.number
        else
            summands |> List.map showProduct |> String.concat " + "

    let private product epoch weights =
        weights |> List.fold (fun p w -> p * Weight.at epoch w) 1.0

    /// Normal form: the weight of every term in an epoch, counted from 1.
    let weights (epoch: int) loss : Map<Term, float> =
        summands loss
        |> List.map (fun (term, products) -> term, List.sumBy (product epoch) products)
        |> Map.ofList

    /// The weights when all schedules have ended.
    let final loss = weights System.Int32.MaxValue loss

    /// Epochs at which two losses must agree to agree everywhere: between the ends of schedules a weight is a
    /// polynomial of at most as many degrees as schedules are multiplied.
    let private witnesses loss =
        let products = products loss |> List.map snd

        let degree =
            products |> List.map (List.choose Weight.ends >> List.length) |> List.fold max 0

        let ends =
            products
            |> List.concat
            |> List.choose Weight.ends
            |> List.filter (fun n -> n > 1)

        let pieces = 1 :: List.sort (List.distinct ends) |> List.pairwise

        [ 1
          for first, last in pieces do
              for i in 1 .. degree + 1 do
                  first + int (int64 (last - first) * int64 i / int64 (degree + 1))
          System.Int32.MaxValue ]

    /// Whether two losses mean the same: every term has the same weight (up to rounding) in every epoch; a term of
    /// weight 0 counts as absent.
    let equivalent a b =
        let magnitude epoch term loss =
            products loss
            |> List.filter (fst >> (=) term)
            |> List.sumBy (fun (_, ws) -> abs (product epoch ws))

        let agree epoch =
            let wa, wb = weights epoch a, weights epoch b

            List.distinct (terms a @ terms b)
            |> List.forall (fun term ->
                let x = wa |> Map.tryFind term |> Option.defaultValue 0.0
                let y = wb |> Map.tryFind term |> Option.defaultValue 0.0
                let scale = magnitude epoch term a + magnitude epoch term b
                x.Equals y || abs (x - y) <= 1e-12 * scale)

        witnesses (a + b) |> List.forall agree
