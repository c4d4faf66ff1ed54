module GenDisc.Core.Tests.Runtime.StreamsTests

open Expecto
open TorchSharp
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building

let private draw (make: Streams -> torch.Generator) seed =
    use noise = make (Streams seed)
    numbers (torch.randn (8L, generator = noise))

let private generators: (string * (Streams -> torch.Generator)) list =
    [ "noise", _.Noise(torch.CPU)
      "dropout", _.Dropout(torch.CPU)
      "sampling", _.Sampling(torch.CPU)
      "evaluation/train", _.Evaluation("train", torch.CPU)
      "evaluation/test", _.Evaluation("test", torch.CPU) ]

let tests =
    testList
        "Streams"
        [ torchTest "every generator repeats for its seed and differs from all others" (fun () ->
              let draws =
                  [ for name, make in generators do
                        for seed in [ 1L; 2L ] do
                            Expect.equal (draw make seed) (draw make seed) name
                            draw make seed ]

              Expect.hasLength (List.distinct draws) draws.Length "no two alike")
          test "every managed stream differs from the others" {
              let streams = Streams 1L

              let firsts =
                  [ streams.Init; streams.Shuffle; streams.Take; streams.Augmentation ]
                  |> List.map _.NextUInt64()

              Expect.hasLength (List.distinct firsts) 4 "no two alike"
          } ]
