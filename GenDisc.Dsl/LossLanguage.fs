namespace GenDisc

/// The words for losses, sums of weighted terms, which `open GenDisc` brings into a script.
[<AutoOpen>]
module LossLanguage =
    /// Negative evidence lower bound, nats per example: reconstruction + kl.
    let elbo = Loss.Elbo

    /// −E_q[log p(x|z)], nats per example.
    let reconstruction = Loss.Term Term.Reconstruction

    /// KL(q(z|x) ‖ p(z)), nats per example.
    let kl = Loss.Term Term.Kl

    /// −log (1/k) Σ_i w_i over k = `samples` draws z_i from q(z|x) with weights w_i = p(x, z_i) / q(z_i|x), nats per example:
    /// the importance-weighted autoencoder's loss (Burda, Grosse and Salakhutdinov 2016), in place of `elbo`. Each step
    /// decodes k times as much.
    let iwae samples = Loss.Term(Term.Importance samples)

    /// −log p(y|x), nats per example.
    let crossEntropy = Loss.Term Term.CrossEntropy

    /// Squared error, averaged over target dimensions.
    let mse = Loss.Term Term.Mse

    /// Σ_j |z_j| over an autoencoder's latent vector, which makes it sparse: `reconstruction + 0.01 * sparsity`.
    let sparsity = Loss.Term Term.Sparsity

    let private phase negative =
        Loss.Term(Term.NegativePhase(negative, MachineGradient.Plain))

    /// CD-k, contrastive divergence with k = `steps` (Hinton 2002): a Boltzmann machine's energy on data less that on
    /// states `steps` sweeps of Gibbs sampling away. No log-likelihood: the report says that.
    let cd steps = phase (NegativePhase.Contrastive steps)

    /// PCD-k, persistent contrastive divergence (Tieleman 2008): as `cd`, but the chains go on from step to step.
    let pcd steps = phase (NegativePhase.Persistent steps)

    /// As `pcd 1`, with `replicas` chains between infinite temperature and 1 that exchange states (Desjardins et al.
    /// 2010): slower, and less likely to stay in one mode.
    let tempering replicas = phase (NegativePhase.Tempered replicas)

    let private written gradient word (loss: Loss) =
        match loss with
        | Loss.Term(Term.NegativePhase(negative, MachineGradient.Plain)) ->
            Loss.Term(Term.NegativePhase(negative, gradient))
        | other ->
            raise (
                InvalidExperiment
                    $"{word} belongs to cd, pcd or tempering, but stands before {other}: write {word} (pcd 1)"
            )

    /// The same by the centred gradient (Montavon and Müller 2012; Melchior, Fischer and Wiskott 2016):
    /// `centred (pcd 1)`. Throws InvalidExperiment before any other loss.
    let centred (loss: Loss) =
        written MachineGradient.Centred "centred" loss

    /// The same by the enhanced gradient (Cho, Raiko and Ilin 2011): `enhanced (cd 1)`. Throws InvalidExperiment before
    /// any other loss.
    let enhanced (loss: Loss) =
        written MachineGradient.Enhanced "enhanced" loss

    /// −log p(x) of a Boltzmann machine, exactly, nats per example: all states are enumerated, which takes a machine
    /// of at most 20 visible or 20 hidden units (`rbm`), or 20 in all (`boltzmann`).
    let nll = Loss.Term Term.Nll

    /// Σ_j KL(target ‖ mean activity of hidden unit j) over a batch (Lee, Ekanadham and Ng 2008):
    /// `cd 1 + 0.1 * sparsityTarget 0.1`.
    let sparsityTarget target = Loss.Term(Term.SparsityTarget target)

    /// The energy of an `energyClassifier` on data less that on its own samples, drawn by Langevin dynamics from a
    /// replay buffer (Du and Mordatch 2019), nats per example.
    let energy = Loss.Term Term.Energy

    /// A weight that grows in a straight line and reaches 1 in epoch `epochs`: `ramp 10 * kl`.
    let ramp epochs = Weight.Ramp epochs

    /// A weight that goes in a straight line from `from` in epoch 1 to `until` in epoch `epochs`, and stays there.
    let anneal from until epochs = Weight.Anneal(from, until, epochs)
