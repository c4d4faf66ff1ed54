module GenDisc.Core.Tests.Modules.SequenceLengthsTests

open Expecto
open TorchSharp
open GenDisc.Core.Modules
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Modules.Sequences

let tests =
    testList
        "SequenceLengths"
        [ torchTest "are asked at any resolution, and at least 1" (fun () ->
              let lengths = told [ 1; 3; 7 ] 7
              Expect.isTrue lengths.Vary "some may be shorter"
              Expect.equal (numbers (Unchecked.nonNull (lengths.At 7L))) [| 1.0; 3.0; 7.0 |] "full"
              Expect.equal (numbers (Unchecked.nonNull (lengths.At 3L))) [| 1.0; 1.0; 3.0 |] "pooled"
              let mask = Unchecked.nonNull (lengths.Mask(3L, torch.CPU))
              Expect.equal mask.shape [| 3L; 3L; 1L |] "shape"
              Expect.equal (numbers mask) [| 1.0; 0.0; 0.0; 1.0; 0.0; 0.0; 1.0; 1.0; 1.0 |] "mask")
          torchTest "when nothing was said every step is real" (fun () ->
              let lengths = SequenceLengths()
              Expect.isFalse lengths.Vary "all full"
              Expect.isNull (lengths.At 5L) "no lengths"
              Expect.isNull (lengths.Mask(5L, torch.CPU)) "no mask"
              let x = torch.ones (2L, 5L, 1L)
              Expect.isTrue (obj.ReferenceEquals(lengths.Padded(x, 3.0), x)) "nothing to pad")
          torchTest "Padded overwrites padding alone" (fun () ->
              let x = torch.tensor([| 1.0f; nanf; 2.0f; 3.0f |]).reshape(2L, 2L, 1L)
              Expect.equal (numbers ((told [ 1; 2 ] 2).Padded(x, 9.0))) [| 1.0; 9.0; 2.0; 3.0 |] "values")
          torchTest "SetFrom says what another was told, and nothing for null" (fun () ->
              let lengths = SequenceLengths()
              lengths.SetFrom(told [ 2; 4 ] 4)
              Expect.equal (numbers (Unchecked.nonNull (lengths.At 2L))) [| 1.0; 2.0 |] "with their resolution"
              lengths.SetFrom(SequenceLengths())
              Expect.isFalse lengths.Vary "all full"
              lengths.SetFrom(told [ 2; 4 ] 4)
              lengths.SetFrom null
              Expect.isFalse lengths.Vary "null") ]
