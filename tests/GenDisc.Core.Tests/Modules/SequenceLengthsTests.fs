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
          torchTest "are halved as pooling halves the steps, be they odd" (fun () ->
              let lengths = told [ 1; 7; 8; 9; 28; 29 ] 29

              let at steps =
                  numbers (Unchecked.nonNull (lengths.At steps))

              Expect.equal (at 14L) [| 1.0; 3.0; 4.0; 4.0; 14.0; 14.0 |] "once"
              Expect.equal (at 7L) [| 1.0; 1.0; 2.0; 2.0; 7.0; 7.0 |] "twice"
              Expect.equal (at 1L) [| 1.0; 1.0; 1.0; 1.0; 1.0; 1.0 |] "to the last step")
          torchTest "steps that halving never reaches are an error" (fun () ->
              let lengths = told [ 3; 29 ] 29

              for steps in [ 2L; 13L; 15L; 30L ] do
                  Expect.throwsT<System.InvalidOperationException>
                      (fun () -> lengths.At steps |> ignore)
                      $"{steps} of 29")
          torchTest "are worked out once until they are set again" (fun () ->
              let lengths = told [ 1; 4 ] 4
              let mask () = lengths.Mask(2L, torch.CPU)
              let first = mask ()
              Expect.isTrue (obj.ReferenceEquals(first, mask ())) "the same mask"
              Expect.isTrue (obj.ReferenceEquals(lengths.At 2L, lengths.At 2L)) "the same lengths"
              let real = torch.tensor [| 4L; 4L |]
              lengths.Set(real, 4L)
              Expect.isTrue (Unchecked.nonNull first).IsInvalid "the old mask is gone"
              Expect.equal (numbers (Unchecked.nonNull (mask ()))) [| 1.0; 1.0; 1.0; 1.0 |] "a new one"
              lengths.Set(null, 0L)
              Expect.isFalse real.IsInvalid "the caller's own tensor stays")
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
              Expect.isFalse lengths.Vary "null")
          torchLaw "the longest sequence elsewhere has no say" (fun batch features stream ->
              let lengths = SequenceLengths()

              use model =
                  new Chain(
                      nets
                          [ new Convolution1d(features, 4, 1, false, stream, lengths)
                            Pure.MaxPool1d lengths
                            new Convolution1d(4, 4, 2, true, stream, lengths)
                            Pure.MaxPool1d lengths
                            new Recurrent(RecurrentKind.Gru, 4, 3, true, stream, lengths)
                            new LastState(3, lengths)
                            new Affine(6, 2, stream) ]
                  )

              model.eval ()
              let real = List.init batch (fun _ -> 1 + stream.NextInt 15)
              let longest = max 4 (List.max real)
              let x = sequences stream batch longest features

              let logits steps =
                  let padding = sequences stream batch (steps - longest) features
                  lengths.SetFrom(told real steps)
                  numbers (model.call (torch.cat ([| x; padding |], 1L)))

              allClose 1e-5 (logits longest) (logits (longest + 1 + stream.NextInt 20))) ]
