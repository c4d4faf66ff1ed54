/// Pictures of a Boltzmann machine at work: chains over time, and where they get to.
module internal GenDisc.Running.MachineLooks

open GenDisc
open GenDisc.Core.Data
open GenDisc.Core.Kernels.Random
open GenDisc.Core.Models.Boltzmann
open GenDisc.Reporting
open GenDisc.Running.Examined
open TorchSharp

let private sweeps = [ 0; 1; 2; 5; 10; 20; 50; 100; 200; 500; 1000 ]
let private rows = 8
let private fantasies = 80

let private images (means: torch.Tensor) =
    let flat = means.to_type(torch.float32).cpu().contiguous()
    flat.data<float32>().ToArray() |> Array.chunkBySize (int flat.shape[1])

/// The means of chains from test examples after more and more sweeps, sweep by sweep.
let private overTime (s: Subject) (machine: EnergyMachine) (test: Split) =
    use _scope = torch.NewDisposeScope()
    use _inference = torch.no_grad ()
    let stream = CounterStream(0L, "figures/chains")

    use batch =
        Batches.Gather(test.Data, (Figures.some rows test).Indices.ToArray(), s.Device)

    let state = machine.StateOf(batch.X.flatten (1L), batch.Labels, stream)

    [ yield images (batch.X.flatten (1L))
      for before, after in List.pairwise sweeps do
          machine.Advance(state, after - before, stream)
          yield images (machine.VisibleMean state) ]

/// Writes `chains.png`, `chains.json` and `samples.png` where the machine's data are images.
let write (s: Subject) (splits: Splits) =
    match MachineData.tryMachine s.Model, List.ofSeq splits.Test.Data.ExampleShape with
    | Some machine, [ 1 | 3 as c; h; w ] when c * h * w = machine.Visible && not s.Model.EncodesFirst ->
        let columns = overTime s machine splits.Test

        let mosaic =
            [| for row in 0 .. columns.Head.Length - 1 do
                   for column in columns do
                       column[row] |]

        Mosaic.write (s.File "chains.png") sweeps.Length (c, h, w) mosaic

        Json.object
            [ "sweeps", Json.list (sweeps |> Seq.map (int64 >> Json.integer))
              "rows", Json.integer (int64 columns.Head.Length) ]
        |> Json.line
        |> Atomic.writeText (s.File "chains.json")

        use states = Partition.states s machine splits.Train fantasies
        Mosaic.write (s.File "samples.png") 16 (c, h, w) (images (machine.VisibleMean states))
    | _ -> ()
