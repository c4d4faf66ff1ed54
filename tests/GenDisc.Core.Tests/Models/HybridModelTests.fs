module GenDisc.Core.Tests.Models.HybridModelTests

open System
open Expecto
open TorchSharp
open GenDisc.Core.Models
open GenDisc.Core.Modules
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Samples

let private forward (model: HybridModel) x seed =
    use noise = generator seed
    model.Forward(x, noise)

let private some (t: torch.Tensor | null) = numbers (Unchecked.nonNull t)

let private x () =
    torch.tensor(uniforms (init 9L) (4 * features)).reshape(4L, int64 features).``to`` torch.float32

let tests =
    testList
        "HybridModel"
        [ torchTest "a pass leaves every part that losses need, in its shape" (fun () ->
              use model = hybrid 1L
              let output = forward model (x ()) 1L
              let shape (t: torch.Tensor | null) = (Unchecked.nonNull t).shape
              Expect.equal (shape output.Logits) [| 4L; int64 classes |] "logits"
              Expect.equal (shape output.LatentMean) [| 4L; int64 latent |] "mean"
              Expect.equal (shape output.LatentLogVariance) [| 4L; int64 latent |] "log-variance"
              Expect.equal (shape output.Decoded) [| 4L; int64 features |] "decoded"
              Expect.isNull output.Prediction "no regressor")
          torchTest "in evaluation the path goes on with the mean, while the decoder sees a draw" (fun () ->
              use model = hybrid 1L
              model.eval ()
              let a, b = forward model (x ()) 1L, forward model (x ()) 2L
              Expect.equal (numbers a.Representation) (some a.LatentMean) "the mean"
              Expect.equal (some a.Logits) (some b.Logits) "logits do not see the noise"
              Expect.notEqual (some a.Decoded) (some b.Decoded) "the decoder does")
          torchTest "logits of an energy are those of a pass in evaluation, without its draws" (fun () ->
              let stream = init 1L

              use model =
                  new HybridModel(
                      [| trunk stream
                         BottleneckStage(bottleneck true 8 stream)
                         ClassifierStage(new Chain(nets [ new Affine(latent, classes, stream) ]), true)
                         RegressorStage(new Chain(nets [ new Affine(latent, 1, stream) ])) |]
                  )

              model.eval ()
              Expect.isTrue (model.IsEnergyClassifier && model.IsClassifier) "what it is"
              Expect.equal (numbers (model.EnergyLogits(x ()))) (some (forward model (x ()) 1L).Logits) "the same")
          torchTest "its generators go with it" (fun () ->
              let drawn = generator 1L

              let inner =
                  new HybridModel([| TrunkStage(new Chain(nets [ new Dropout(0.5, drawn) ])) |], null, [| drawn |])

              let encoder = new PretrainedEncoder(inner, true, null, null)
              let outer = new HybridModel([| TrunkStage(new Chain(nets [ encoder ])) |])
              Expect.equal (inner.Generators, outer.Generators) (1, 0) "whose"
              Expect.notEqual drawn.Handle 0n "alive"
              outer.Dispose()
              inner.Dispose()
              Expect.equal drawn.Handle 0n "disposed of, once")
          torchTest "in training the path goes on with the draw that the decoder sees" (fun () ->
              use model = hybrid 1L
              model.train ()
              let output = forward model (x ()) 1L
              Expect.notEqual (numbers output.Representation) (some output.LatentMean) "not the mean"
              let bottleneck = Unchecked.nonNull model.Bottleneck
              Expect.equal (numbers (bottleneck.Decode output.Representation)) (some output.Decoded) "the same draw")
          torchTest "heads leave the path as it was" (fun () ->
              let stream () = init 1L

              let build head =
                  let s = stream ()
                  let first = trunk s
                  let last = TrunkStage(new Chain(nets [ new Affine(8, 2, s) ])): Stage
                  new HybridModel([| first; yield! head; last |])

              use bare = build []

              use headed =
                  build
                      [ classifier 8 (init 5L)
                        RegressorStage(new Chain(nets [ new Affine(8, 1, init 6L) ])) ]

              let a, b = forward bare (x ()) 1L, forward headed (x ()) 1L
              Expect.equal (numbers b.Representation) (numbers a.Representation) "path"
              Expect.equal (Unchecked.nonNull b.Prediction).shape [| 4L; 1L |] "the regressor read it"
              Expect.equal (Unchecked.nonNull b.Logits).shape [| 4L; 3L |] "the classifier read it"
              Expect.isTrue (headed.IsClassifier && headed.IsRegressor && not bare.IsClassifier) "kinds")
          torchTest "Decode gives means in the shape of the data" (fun () ->
              use model = hybrid 1L
              let decoded = model.Decode(torch.zeros (5L, int64 latent))
              Expect.equal decoded.shape [| 5L; int64 features |] "shape"
              Expect.all (numbers decoded) (fun p -> p > 0.0 && p < 1.0) "probabilities")
          torchTest "Decode without a bottleneck is refused" (fun () ->
              use model = normalised 1L

              Expect.throwsT<InvalidOperationException>
                  (fun () -> model.Decode(torch.zeros (1L, 2L)) |> ignore)
                  "no decoder")
          torchTest "Encode gives the mean, whatever the mode, and passes heads by" (fun () ->
              use model = hybrid 1L
              let output = forward model (x ()) 1L
              Expect.equal (numbers (model.Encode(x ()))) (some output.LatentMean) "in training"
              model.eval ()
              Expect.equal (numbers (model.Encode(x ()))) (some output.LatentMean) "in evaluation"
              use plain = normalised 1L
              plain.eval ()
              Expect.equal (numbers (plain.Encode(x ()))) (numbers (forward plain (x ()) 1L).Representation) "a trunk")
          torchTest "an autoencoder has a point and no log-variance" (fun () ->
              let stream = init 1L
              use model = new HybridModel([| BottleneckStage(bottleneck false features stream) |])
              model.train ()
              let output = forward model (x ()) 1L
              Expect.isNull output.LatentLogVariance "no variance"
              Expect.equal (numbers output.Representation) (some output.LatentMean) "the path is the point")
          torchTest "parameters are named by place and kind" (fun () ->
              use model = hybrid 1L

              Expect.equal
                  [ for struct (name, _) in model.named_parameters () do
                        name ]
                  [ "0_trunk.0.weight"
                    "0_trunk.0.bias"
                    "1_bottleneck.posterior.weight"
                    "1_bottleneck.posterior.bias"
                    "1_bottleneck.decoder.0.weight"
                    "1_bottleneck.decoder.0.bias"
                    "1_bottleneck.decoder.2.weight"
                    "1_bottleneck.decoder.2.bias"
                    "2_classifier.0.weight"
                    "2_classifier.0.bias" ]
                  "names")
          torchTest "buffers of batch normalisation are in the state" (fun () ->
              use model = normalised 1L

              let names =
                  model.state_dict().Keys
                  |> Seq.filter (fun n -> n.Contains "running")
                  |> Seq.sort
                  |> List.ofSeq

              Expect.equal names [ "1_trunk.0.running_mean"; "1_trunk.0.running_var" ] "buffers") ]
