/// From a sequence to a vector.
module GenDisc.Core.Tests.Modules.SummariesTests

open Expecto
open TorchSharp
open GenDisc.Core.Modules
open GenDisc.Core.Tests.Modules.Building
open GenDisc.Core.Tests.Modules.Sequences

/// Two sequences of three steps, two features.
let private x () =
    tensorOf [ 2; 3; 2 ] [| 1.0; 10.0; 2.0; -20.0; 6.0; 30.0; -4.0; 40.0; -5.0; 50.0; 60.0; 60.0 |]

let private summary (module': Net) =
    use net = module'
    let y = net.call (x ())
    Expect.equal y.shape [| 2L; 2L |] "shape"
    numbers y

let private full () = SequenceLengths()
let private varied () = told [ 3; 2 ] 3

let tests =
    testList
        "summaries of sequences"
        [ torchTest "LastState is the last real step's, of features read backwards the first's" (fun () ->
              Expect.equal (summary (new LastState(0, full ()))) [| 6.0; 30.0; 60.0; 60.0 |] "all real"
              Expect.equal (summary (new LastState(0, varied ()))) [| 6.0; 30.0; -5.0; 50.0 |] "lengths"

              Expect.equal
                  (summary (new LastState(1, full ())))
                  [| 6.0; 10.0; 60.0; 40.0 |]
                  "all real, both directions"

              Expect.equal
                  (summary (new LastState(1, varied ())))
                  [| 6.0; 10.0; -5.0; 40.0 |]
                  "lengths, both directions")
          torchTest "MeanState is the mean over real steps" (fun () ->
              let mean = 20.0 / 3.0
              Expect.isTrue (allClose 1e-6 [| 3.0; mean; 17.0; 50.0 |] (summary (new MeanState(full ())))) "all real"
              Expect.isTrue (allClose 1e-6 [| 3.0; mean; -4.5; 45.0 |] (summary (new MeanState(varied ())))) "lengths")
          torchTest "MaxState is the maximum over real steps, be it negative" (fun () ->
              Expect.equal (summary (new MaxState(full ()))) [| 6.0; 30.0; 60.0; 60.0 |] "all real"
              Expect.equal (summary (new MaxState(varied ()))) [| 6.0; 30.0; -4.0; 50.0 |] "lengths")
          torchLaw "LastState leaves padding aside" (leavesPaddingAside (fun lengths _ -> new LastState(0, lengths)))
          torchLaw
              "LastState of both directions leaves padding aside"
              (leavesPaddingAside (fun lengths features -> new LastState(features / 2, lengths)))
          torchLaw "MeanState leaves padding aside" (leavesPaddingAside (fun lengths _ -> new MeanState(lengths)))
          torchLaw "MaxState leaves padding aside" (leavesPaddingAside (fun lengths _ -> new MaxState(lengths)))
          torchLaw "the last state of a bidirectional layer is each direction's own last" (fun batch inputs stream ->
              let steps = 1 + stream.NextInt 5
              let lengths = SequenceLengths()
              use both = new Recurrent(RecurrentKind.Gru, inputs, 3, true, stream, lengths)
              use forth = new Recurrent(RecurrentKind.Gru, inputs, 3, false, stream, lengths)
              use back = new Recurrent(RecurrentKind.Gru, inputs, 3, false, stream, lengths)

              for KeyValue(name, values) in both.state_dict () do
                  let target = if name.StartsWith "back" then back else forth
                  assign target (name.Replace("back", "forth")) values

              use last = new LastState(3, lengths)
              use end' = new LastState(0, lengths)
              let x = sequences stream batch steps inputs
              let reversed = x.flip [| 1L |]

              let expected =
                  torch.cat ([| end'.call (forth.call x); end'.call (back.call reversed) |], 1L)

              allClose 1e-5 (numbers expected) (numbers (last.call (both.call x)))) ]
