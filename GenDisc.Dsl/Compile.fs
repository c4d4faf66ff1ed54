/// From a checked plan to Core objects. Everything here allocates tensors; nothing here decides anything.
module internal GenDisc.Compile

open GenDisc.Core.Data
open GenDisc.Core.Models
open GenDisc.Core.Modules
open GenDisc.Core.Runtime
open TorchSharp
// Last, so that Stage and Likelihood are the language's own.
open GenDisc

type private Net = torch.nn.Module<torch.Tensor, torch.Tensor>

/// A model with what it tells its sequence modules.
type Built =
    { Model: HybridModel
      Lengths: SequenceLengths }

/// The trained model of an experiment that stands inside another one.
type Inner =
    {
        Built: Built
        /// The scales of the outer experiment's inputs and of its own.
        Scales: (InputScale * InputScale) option
        /// The scales of the outer experiment's targets and of its own, where it predicts them for the outer one.
        Targets: (Scaling * Scaling) option
    }

/// What modules are built with: the streams that they draw from, then and in training, and whether they use kernels.
type private Setting =
    {
        Init: RandomStream
        Dropout: Lazy<torch.Generator>
        Corruption: Lazy<torch.Generator>
        /// Where frozen encoders draw what they leave in training.
        Representation: Lazy<torch.Generator> option
        Kernels: bool
        Lengths: SequenceLengths
        /// What the modules of Monte-Carlo dropout share; null where there are none.
        Passes: StochasticPasses | null
        /// The trained model of an experiment that stands inside this one.
        Trained: IDeclared -> Inner
    }

let private sides shape =
    match shape with
    | Vector n -> [| int64 n |]
    | Image(c, h, w) -> [| int64 c; int64 h; int64 w |]
    | Sequence(t, f) -> [| int64 t; int64 f |]

let private activation kind =
    match kind with
    | Activation.Relu -> Pure.Relu()
    | Activation.Gelu -> Pure.Gelu()
    | Activation.Tanh -> Pure.Tanh()
    | Activation.Silu -> Pure.Silu()
    | Activation.Sigmoid -> Pure.Sigmoid()

let private batchNorm lengths shape =
    match shape with
    | Vector n -> Normalisation.Batch(n, images = false)
    | Image(c, _, _) -> Normalisation.Batch(c, images = true)
    | Sequence(_, f) -> Normalisation.BatchSequence(f, lengths)

let private layerNorm shape =
    match shape with
    | Sequence(_, f) -> Normalisation.Layer [| int64 f |]
    | Vector _
    | Image _ -> Normalisation.Layer(sides shape)

let private cell kind =
    match kind with
    | Cell.Rnn -> RecurrentKind.Rnn
    | Cell.Lstm -> RecurrentKind.Lstm
    | Cell.Gru -> RecurrentKind.Gru

/// From the scale of the outer experiment's inputs, of this shape, to that of the inner one's.
let private rescaled setting shape (inner: Inner) : Rescale | null =
    match inner.Scales with
    | Some(outside, inside) -> Rescale.Between(outside, inside, int (Array.last (sides shape)), setting.Lengths)
    | None -> null

let rec private build setting layer : Net =
    match layer with
    | Layer.Affine(inputs, outputs) -> new Affine(inputs, outputs, setting.Init, setting.Kernels)
    | Layer.Conv(inputs, outputs, _, _) -> new Convolution(inputs, outputs, false, setting.Init, setting.Kernels)
    | Layer.ConvTranspose(inputs, outputs, _, _) ->
        new Convolution(inputs, outputs, true, setting.Init, setting.Kernels)
    | Layer.MaxPool -> Pure.MaxPool setting.Kernels
    | Layer.Upsample(height, width) -> Pure.Upsample(height, width)
    | Layer.Apply kind -> activation kind
    | Layer.Dropout rate -> new Dropout(rate, setting.Dropout.Value)
    | Layer.McDropout(rate, _) -> new McDropout(rate, setting.Dropout.Value, Unchecked.nonNull setting.Passes)
    | Layer.BatchNorm shape -> batchNorm setting.Lengths shape
    | Layer.LayerNorm shape -> layerNorm shape
    | Layer.Reshape shape -> Pure.Reshape(sides shape)
    | Layer.Residual inner -> new Residual(inner |> List.map (build setting))
    | Layer.Conv1d(inputs, outputs, _, dilation, causal) ->
        new Convolution1d(inputs, outputs, dilation, causal, setting.Init, setting.Lengths)
    | Layer.MaxPool1d -> Pure.MaxPool1d setting.Lengths
    | Layer.UpsampleSteps steps -> Pure.UpsampleSteps steps
    | Layer.GlobalMean -> Pure.GlobalMean()
    | Layer.GlobalMax -> Pure.GlobalMax()
    | Layer.Recurrent(kind, inputs, outputs, both) ->
        new Recurrent(cell kind, inputs, outputs, both, setting.Init, setting.Lengths)
    | Layer.LastState backward -> new LastState(backward, setting.Lengths)
    | Layer.MeanState -> new MeanState(setting.Lengths)
    | Layer.MaxState -> new MaxState(setting.Lengths)
    | Layer.Repeat steps -> Pure.Repeat steps
    | Layer.StepAffine(inputs, outputs) -> new StepAffine(inputs, outputs, setting.Init)
    | Layer.GaussianNoise deviation -> new GaussianNoise(deviation, setting.Corruption.Value)
    | Layer.MaskingNoise rate -> new MaskingNoise(rate, setting.Corruption.Value)
    | Layer.Embed(numeric, levels, size) -> new Embedding(numeric, Array.ofList levels, size, setting.Init)
    | Layer.Pretrained p ->
        let inner = setting.Trained p.Declared
        let rescale = rescaled setting p.In inner

        let draws: torch.Generator | null =
            match setting.Representation with
            | Some generator -> generator.Value
            | None -> null

        new PretrainedEncoder(inner.Built.Model, not p.Tuned, setting.Lengths, inner.Built.Lengths, rescale, draws)

let private chain setting layers =
    new Chain(layers |> List.map (build setting))

let private likelihood kind : GenDisc.Core.Modules.Likelihood =
    match kind with
    | Likelihood.Bernoulli -> new BernoulliLikelihood()
    | Likelihood.Gaussian -> new GaussianLikelihood()

let private ensemble setting shape (members: IDeclared list) =
    let inner = members |> List.map setting.Trained

    let voices =
        [| for m in inner do
               EnsembleMember(
                   m.Built.Model,
                   m.Built.Lengths,
                   rescaled setting shape m,
                   m.Targets |> Option.map snd |> Option.toObj
               ) |]

    let targets = inner |> List.tryPick _.Targets |> Option.map fst |> Option.toObj
    EnsembleStage(new Ensemble(voices, setting.Lengths, targets))

let private stage setting shape experiment (stage: Stage) : GenDisc.Core.Models.Stage =
    match stage with
    | Stage.Trunk layers -> TrunkStage(chain setting layers)
    | Stage.Classifier layers -> ClassifierStage(chain setting layers)
    | Stage.EnergyClassifier layers -> ClassifierStage(chain setting layers, true)
    | Stage.Regressor layers -> RegressorStage(chain setting layers)
    | Stage.Ensemble members -> ensemble setting shape members
    | Stage.Machine m ->
        let struct (first, last) = CompileMachines.turn experiment m
        MachineStage(CompileMachines.machine experiment setting.Init m, first, last)
    | Stage.Diffusion d -> DiffusionStage(CompileDiffusion.model d setting.Init setting.Kernels)
    | Stage.M2 m ->
        M2Stage(
            new GenDisc.Core.Modules.M2(
                M2Options(Shape.size m.Shape, m.Latent, Array.ofList m.Hidden, m.Classes, setting.Kernels),
                sides m.Shape,
                likelihood m.Likelihood,
                setting.Init
            )
        )
    | Stage.Bottleneck b when b.Classes > 0 ->
        ConditionalStage(
            new ConditionalBottleneck(
                ConditionalOptions(b.EntrySize, b.Latent, b.Meeting, b.Classes, setting.Kernels),
                b.Entry |> List.map (build setting),
                b.Decoder |> List.map (build setting),
                likelihood b.Likelihood,
                setting.Init
            )
        )
    | Stage.Bottleneck b ->
        BottleneckStage(
            new GenDisc.Core.Modules.Bottleneck(
                BottleneckOptions(b.EntrySize, b.Latent, b.Variational, setting.Kernels),
                b.Entry |> List.map (build setting),
                b.Decoder |> List.map (build setting),
                likelihood b.Likelihood,
                setting.Init
            )
        )

/// The model of a plan, initialised from the experiment's streams, on a device. `trained` gives the models of the
/// experiments inside it.
let model (plan: Plan) (streams: Streams) (device: torch.Device) (trained: IDeclared -> Inner) : Built =
    let lengths = SequenceLengths()
    let generators = ResizeArray<torch.Generator>()

    // made when a module first asks for it; most models draw nothing
    let owned (make: torch.Device -> torch.Generator) =
        lazy
            (let generator = make device
             generators.Add generator
             generator)

    let passes =
        Block.everyBlock plan.Experiment.Model.Blocks
        |> List.tryPick (fun block ->
            match block with
            | Block.McDropout(_, count) -> Some(new StochasticPasses(count, streams.Passes, device))
            | _ -> None)
        |> Option.toObj

    let setting =
        { Init = streams.Init
          Dropout = owned streams.Dropout
          Corruption = owned streams.Corruption
          // M1+M2 learns from draws of M1's latent vector (Kingma et al. 2014, §3.1)
          Representation =
            if plan.Stages |> List.exists _.IsM2 then
                Some(owned streams.Representation)
            else
                None
          Kernels = plan.Experiment.Training.Kernels
          Lengths = lengths
          Passes = passes
          Trained = trained }

    let stages =
        plan.Stages
        |> List.map (stage setting plan.Facts.Shape plan.Experiment)
        |> Array.ofList

    let model = new HybridModel(stages, lengths, generators, passes)

    model.``to`` device |> ignore
    { Model = model; Lengths = lengths }
