module GenDisc.Core.Tests.Models.PretrainedEncoderTests

open System.IO
open Expecto
open TorchSharp
open GenDisc.Core.Models
open GenDisc.Core.Modules
open GenDisc.Core.Training
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Samples
open GenDisc.Core.Tests.Training.Fitting

/// pretrained >> classifier [].
let private outerOf source frozen inputs =
    let encoder = new PretrainedEncoder(source, frozen, null, null)
    new HybridModel([| TrunkStage(new Chain(nets [ encoder ])); classifier inputs (init 7L) |])

let private prefix = "0_trunk.0.source."

/// Names of parameters and buffers that some steps of training move.
let private moved (model: HybridModel) =
    let before = bits model
    use learner = learner model (weighted hybridWeights model) (adam 0.01) (Some 1.0) 1L
    use batch = batchOf 8

    for i in 1..3 do
        learner.Step(batch, StepSettings(1, i, 1.0), Tally()) |> ignore

    Expect.isEmpty learner.Unreached "nothing to complain of"

    [ for (name, a), (_, b) in List.zip before (bits model) do
          if a <> b then
              name ]

let private head = [ "1_classifier.0.bias"; "1_classifier.0.weight" ]

let tests =
    testList
        "PretrainedEncoder"
        [ torchTest "gives the source's encoding: the mean, without a draw" (fun () ->
              use batch = batchOf 6
              use source = hybrid 1L
              let expected = numbers (source.Encode batch.X)

              for frozen in [ true; false ] do
                  use encoder = new PretrainedEncoder(hybrid 1L, frozen, null, null)
                  Expect.equal (numbers (encoder.call batch.X)) expected $"frozen {frozen}"
                  Expect.equal (encoder.call(batch.X).requires_grad) (not frozen) "gradient")
          torchTest "frozen, training moves the rest alone" (fun () ->
              use model = outerOf (hybrid 1L) true latent
              Expect.equal (moved model) head "the head"
              use normal = outerOf (normalised 1L) true 8
              Expect.equal (moved normal) head "no running statistics either")
          torchTest "else training moves the encoder, and neither decoder nor heads" (fun () ->
              use model = outerOf (hybrid 1L) false latent

              Expect.equal
                  (moved model)
                  [ prefix + "0_trunk.0.bias"
                    prefix + "0_trunk.0.weight"
                    prefix + "1_bottleneck.posterior.bias"
                    prefix + "1_bottleneck.posterior.weight"
                    yield! head ]
                  "what moved")
          torchTest "frozen, the source stays in evaluation" (fun () ->
              let source = normalised 1L
              use model = outerOf source true 8
              Expect.isFalse source.training "from the start"
              model.train ()
              Expect.isTrue model.training "the rest trains"
              Expect.isFalse source.training "after train"
              Expect.isTrue (Seq.forall (fun (m: torch.nn.Module) -> not m.training) (source.modules ())) "all of it")
          torchTest "else it follows, also when it comes from an evaluation" (fun () ->
              let source = normalised 1L
              source.eval ()
              use model = outerOf source false 8
              Expect.isTrue source.training "from the start"
              model.eval ()
              Expect.isFalse source.training "after eval")
          torchTest "only batch normalisation that learns needs two examples" (fun () ->
              for frozen, smallest in [ true, 1; false, 2 ] do
                  use model = outerOf (normalised 1L) frozen 8
                  use learner = learner model (weighted hybridWeights model) (adam 0.1) None 1L
                  Expect.equal learner.SmallestBatch smallest $"frozen {frozen}")
          torchTest "its weights are the model's: saved, loaded and restored" (fun () ->
              use model = outerOf (hybrid 1L) true latent
              use other = outerOf (hybrid 2L) true latent
              use third = outerOf (hybrid 3L) false latent
              Expect.isTrue (model.state_dict().ContainsKey(prefix + "1_bottleneck.decoder.0.weight")) "named"

              inFolder (fun folder ->
                  let path = Path.Combine(folder, "model.safetensors")

                  do
                      use file = File.Create path
                      SafeTensors.Save(model, file)

                  SafeTensors.Load(other, path))

              Expect.equal (bits other) (bits model) "loaded"
              use state = ModelState.Capture model
              state.Restore third
              Expect.equal (bits third) (bits model) "restored")
          torchTest "the source hears the model's lengths for as long as it encodes" (fun () ->
              let outer, inner = SequenceLengths(), SequenceLengths()
              let source = recurrent RecurrentKind.Gru inner 1L
              let encoder = new PretrainedEncoder(source, true, outer, inner)

              use model =
                  new HybridModel([| TrunkStage(new Chain(nets [ encoder ])); classifier 8 (init 7L) |], outer)

              use batch = sequenceBatch 6
              use noise = generator 1L
              let encoded = numbers (model.ForwardBatch(batch, noise).Representation)
              let lengths = (Unchecked.nonNull batch.Lengths).data<int64>().ToArray()
              Expect.isTrue (Array.distinct lengths |> Array.length > 1) "they vary"

              let alone =
                  [| for i, length in Array.indexed lengths do
                         yield! numbers (source.Encode(batch.X.narrow(0, int64 i, 1L).narrow(1, 0L, length))) |]

              Expect.isTrue (allClose 1e-5 alone encoded) "each as alone"
              Expect.isFalse inner.Vary "forgotten") ]
