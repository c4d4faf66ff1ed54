module GenDisc.Core.Tests.Losses.CrossEntropyTests

open Expecto
open TorchSharp
open GenDisc.Core.Losses
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building

let private case batch classes (stream: RandomStream) =
    gaussians stream (batch * classes), Array.init batch (fun _ -> int64 (stream.NextInt classes))

let tests =
    testList
        "CrossEntropy"
        [ torchLaw "is log Σ exp l − l_y, at least 0" (fun batch classes stream ->
              let logits, labels = case batch classes stream

              let expected =
                  Array.map2
                      (fun row label -> log (Array.sumBy exp row) - row[int label])
                      (Array.chunkBySize classes logits)
                      labels

              let values =
                  numbers (CrossEntropy.PerExample(tensorOf [ batch; classes ] logits, torch.tensor labels))

              allClose 1e-10 expected values && Array.forall (fun v -> v >= 0.0) values)
          torchLaw "has the gradient softmax − one-hot" (fun batch classes stream ->
              let logits, labels = case batch classes stream

              gradientAgrees
                  (fun l -> CrossEntropy.PerExample(l, torch.tensor labels))
                  (tensorOf [ batch; classes ] logits))
          torchTest "stays finite at large logits" (fun () ->
              let logits = torch.tensor([| 1e4f; -1e4f; -1e4f; 1e4f |]).reshape(2, 2)
              let values = numbers (CrossEntropy.PerExample(logits, torch.tensor [| 0L; 0L |]))
              Expect.equal values [| 0.0; 2e4 |] "certain and right, certain and wrong") ]
