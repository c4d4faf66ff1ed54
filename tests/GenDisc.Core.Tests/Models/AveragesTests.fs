/// Models whose predictions are means over several: Monte-Carlo dropout and ensembles.
module GenDisc.Core.Tests.Models.AveragesTests

open System
open System.Collections.Immutable
open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Models
open GenDisc.Core.Modules
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Samples

let private x () =
    torch.tensor(uniforms (init 9L) (4 * features)).reshape(4L, int64 features).``to`` torch.float32

let private some (t: torch.Tensor | null) = Unchecked.nonNull t

let private evaluated (model: HybridModel) (x: torch.Tensor) =
    use noise = generator 1L
    use _ = torch.no_grad ()
    model.eval ()
    model.Forward(x, noise)

/// dense 8 >> tanh >> mcDropout rate count >> classifier [], and what draws its masks.
let private thinned rate count seed =
    let stream = init 1L
    let drawn = generator 5L
    let passes = new StochasticPasses(count, seed, torch.CPU)

    new HybridModel(
        [| trunk stream
           TrunkStage(new Chain(nets [ new McDropout(rate, drawn, passes) ]))
           classifier 8 stream |],
        null,
        [| drawn |],
        passes
    )

let private regressor seed =
    new HybridModel([| RegressorStage(new Chain(nets [ new Affine(features, 2, init seed) ])) |])

let private together (members: EnsembleMember list) =
    new HybridModel([| EnsembleStage(new Ensemble(Array.ofList members)) |])

let private alone (model: HybridModel) = EnsembleMember model

let private softmax (t: torch.Tensor) = numbers (t.softmax 1L)

let tests =
    testList
        "averages"
        [ torchTest "logits are the logarithm of the mean probability of the passes" (fun () ->
              use model = thinned 0.5 6 1L
              let output = evaluated model (x ())
              let each = some output.MemberLogits
              Expect.equal each.shape [| 6L; 4L; int64 classes |] "shape"
              let mean = numbers ((each.softmax 2L).mean [| 0L |])
              Expect.isTrue (allClose 1e-6 mean (softmax (some output.Logits))) "mean"
              Expect.isTrue (allClose 1e-6 (mean |> Array.map log) (numbers (some output.Logits))) "logarithm"
              Expect.isGreaterThan ((each.std (0L)).max().ToDouble()) 1e-3 "passes differ"
              Expect.isTrue model.PredictsRepeatedly "known")
          torchTest "predictions depend on model, seed and example alone" (fun () ->
              use model = thinned 0.5 6 1L
              let x = x ()
              let first = numbers (some (evaluated model x).Logits)
              Expect.equal (numbers (some (evaluated model x).Logits)) first "again"

              let one (i: int64) =
                  numbers (some (evaluated model (x.narrow (0L, i, 1L))).Logits)

              Expect.isTrue (allClose 1e-6 (Array.concat [ one 0L; one 1L; one 2L; one 3L ]) first) "in other batches"
              use other = thinned 0.5 6 2L
              Expect.notEqual (numbers (some (evaluated other x).Logits)) first "another seed")
          torchTest "in training it is dropout: one pass, a mask for each example" (fun () ->
              use model = thinned 0.5 6 1L
              model.train ()
              use noise = generator 1L
              let same = (x ()).narrow(0, 0L, 1L).expand(4L, -1L)
              let output = model.Forward(same, noise)
              Expect.isNull output.MemberLogits "one"
              let rows = numbers (some output.Logits) |> Array.chunkBySize classes
              Expect.isGreaterThan (Array.distinct rows).Length 1 "masks")
          torchTest "the mean over many passes comes near the network's own" (fun () ->
              // a linear network's logits are means of those of its thinned ones
              let passes = new StochasticPasses(1000, 3L, torch.CPU)
              use drawn = generator 1L
              let drop = TrunkStage(new Chain(nets [ new McDropout(0.3, drawn, passes) ])): Stage
              let head seed = classifier features (init seed)
              use model = new HybridModel([| drop; head 1L |], null, null, passes)
              use plain = new HybridModel([| head 1L |])
              let each = some (evaluated model (x ())).MemberLogits
              let mean, error = numbers (each.mean [| 0L |]), numbers (each.std 0L)
              let exact = numbers (some (evaluated plain (x ())).Logits)

              for m, e, s in Array.zip3 mean exact error do
                  Expect.isLessThan (abs (m - e)) (4.0 * s / sqrt 1000.0 + 1e-5) "unbiased")
          torchTest "as an encoder it is the mean network" (fun () ->
              use model = thinned 0.5 6 1L
              model.eval ()
              use plain = new HybridModel([| trunk (init 1L) |])
              plain.eval ()
              Expect.equal (numbers (model.Encode(x ()))) (numbers (plain.Encode(x ()))) "no masks")
          torchTest "other parts of the output are of the mean network" (fun () ->
              let stream = init 1L
              use drawn = generator 1L
              let passes = new StochasticPasses(4, 1L, torch.CPU)

              use model =
                  new HybridModel(
                      [| TrunkStage(new Chain(nets [ new McDropout(0.5, drawn, passes) ]))
                         BottleneckStage(bottleneck true features stream)
                         classifier latent stream |],
                      null,
                      null,
                      passes
                  )

              let stream = init 1L

              use plain =
                  new HybridModel([| BottleneckStage(bottleneck true features stream); classifier latent stream |])

              let a, b = evaluated model (x ()), evaluated plain (x ())
              Expect.equal (numbers (some a.Posterior)) (numbers (some b.Posterior)) "posterior"
              Expect.equal (numbers (some a.Decoded)) (numbers (some b.Decoded)) "decoded"
              Expect.notEqual (numbers (some a.Logits)) (numbers (some b.Logits)) "but the head averages")
          torchTest "an ensemble of one is that one, bit for bit" (fun () ->
              for model in [ hybrid 1L; normalised 2L; thinned 0.5 5 3L ] do
                  let expected = numbers (some (evaluated model (x ())).Logits)
                  use ensemble = together [ alone model ]
                  Expect.equal (numbers (some (evaluated ensemble (x ())).Logits)) expected "logits")
          torchTest "an ensemble of two is the mean of their probabilities" (fun () ->
              let a, b = hybrid 1L, normalised 2L

              let p, q =
                  softmax (some (evaluated a (x ())).Logits), softmax (some (evaluated b (x ())).Logits)

              use ensemble = together [ alone a; alone b ]
              let output = evaluated ensemble (x ())

              Expect.isTrue
                  (allClose 1e-6 (Array.map2 (fun p q -> (p + q) / 2.0) p q) (softmax (some output.Logits)))
                  "mean"

              Expect.equal (some output.MemberLogits).shape [| 2L; 4L; int64 classes |] "members"
              Expect.isTrue (ensemble.IsClassifier && ensemble.IsEnsemble && not ensemble.IsRegressor) "kind")
          torchTest "regressors answer on the ensemble's scale" (fun () ->
              let a, b = regressor 1L, regressor 2L

              let p, q =
                  numbers (some (evaluated a (x ())).Prediction), numbers (some (evaluated b (x ())).Prediction)

              let scaling mean deviation =
                  Scaling(ImmutableArray.Create(mean, 0.0), ImmutableArray.Create(deviation, 1.0))

              let own, other = scaling 1.0 2.0, scaling 4.0 6.0

              use ensemble =
                  new HybridModel(
                      [| EnsembleStage(
                             new Ensemble(
                                 [| EnsembleMember(a, null, null, own); EnsembleMember(b, null, null, other) |],
                                 null,
                                 own
                             )
                         ) |]
                  )

              let expected =
                  Array.mapi2
                      (fun i p q -> if i % 2 = 0 then (p + (6.0 * q + 4.0 - 1.0) / 2.0) / 2.0 else (p + q) / 2.0)
                      p
                      q

              let output = evaluated ensemble (x ())
              Expect.isTrue (allClose 1e-5 expected (numbers (some output.Prediction))) "mean"
              Expect.isTrue (ensemble.IsRegressor && not ensemble.IsClassifier) "kind")
          torchTest "members never learn nor leave evaluation, and go with the ensemble" (fun () ->
              let member' = normalised 1L
              let ensemble = together [ alone member' ]
              ensemble.train ()
              Expect.isFalse member'.training "evaluation"

              Expect.isFalse
                  (Seq.exists (fun (p: TorchSharp.Modules.Parameter) -> p.requires_grad) (ensemble.parameters ()))
                  "no gradient"

              let names = [ for struct (name, _) in ensemble.named_parameters () -> name ]
              Expect.contains names "0_ensemble.0.0_trunk.0.weight" "their values are its state"
              ensemble.Dispose())
          torchTest "members of different kinds, or none, are refused" (fun () ->
              use a = hybrid 1L
              use b = regressor 1L
              use c = new HybridModel([| trunk (init 1L) |])

              for members in [ []; [ alone a; alone b ]; [ alone c ] ] do
                  Expect.throwsT<ArgumentException>
                      (fun () -> new Ensemble(Array.ofList members) |> ignore)
                      $"{members.Length}")
          testSequenced
          <| testCase "memory stays flat" (fun () ->
              use _scope = torch.NewDisposeScope()

              for model in [ thinned 0.5 30 1L; together [ alone (hybrid 1L); alone (thinned 0.5 5 1L) ] ] do
                  let once () =
                      use _scope = torch.NewDisposeScope()
                      evaluated model (x ()) |> ignore

                  once ()
                  let before = liveTensors ()
                  once ()
                  Expect.equal torch.Tensor.TotalCount before "tensors") ]
