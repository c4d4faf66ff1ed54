module GenDisc.Core.Tests.Evaluation.PicturesTests

open Expecto
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Evaluation
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Models.Samples

let private samples seed =
    use model = hybrid 1L
    use noise = generator seed
    Pictures.PriorSamples(model, 5, noise, torch.CPU)

let tests =
    testList
        "Pictures"
        [ torchTest "prior samples are means in the shape of the data and repeat" (fun () ->
              let first = samples 1L
              Expect.equal (Array.map Array.length first) (Array.create 5 features) "shape"
              Expect.all (Array.concat first) (fun p -> p > 0f && p < 1f) "probabilities"
              Expect.equal (samples 1L) first "equal generators"
              Expect.notEqual (samples 2L) first "another generator")
          torchTest "reconstructions stand beside their originals and see no noise" (fun () ->
              use model = hybrid 1L
              use batch = batchOf 4

              let pairs seed =
                  use noise = generator seed
                  let struct (originals, copies) = Pictures.Reconstructions(model, batch, noise)
                  originals, copies

              let originals, copies = pairs 1L
              Expect.equal (Array.concat originals) (batch.X.data<float32>().ToArray()) "originals"
              Expect.equal (Array.map Array.length copies) (Array.create 4 features) "shape"
              Expect.equal (pairs 2L) (originals, copies) "at the mean of q, whatever the noise")
          torchTest "latents are posterior means with labels, over several batches" (fun () ->
              use model = hybrid 1L
              let data = pixels 600
              use noise = generator 1L

              let struct (means, labels) =
                  Pictures.Latents(model, Split(data, rowsOf 40 599), noise, torch.CPU)

              use means = means
              Expect.equal means.shape [| 560L; int64 latent |] "more than one batch of evaluation"
              Expect.equal labels (data.Labels.ToArray()[40..]) "labels in order"
              use batch = batchOf 41

              let expected =
                  numbers (Unchecked.nonNull (model.Forward(batch.X, noise).LatentMean))

              let first = Array.truncate 2 (numbers means)
              Expect.isTrue (allClose 1e-6 expected[80..81] first) "the mean of q(z|x)") ]
