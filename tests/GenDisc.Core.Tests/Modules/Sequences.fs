/// Sequences of several lengths, and what every module on them must do.
module GenDisc.Core.Tests.Modules.Sequences

open TorchSharp
open GenDisc.Core.Modules
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Modules.Building

/// `[batch, steps, features]`, float32.
let sequences (stream: RandomStream) batch steps features =
    (tensorOf [ batch; steps; features ] (gaussians stream (batch * steps * features))).``to`` torch.float32

/// Lengths of a batch whose tensor has so many steps.
let told (real: int list) steps =
    let lengths = SequenceLengths()
    lengths.Set(torch.tensor (real |> List.map int64 |> Array.ofList), int64 steps)
    lengths

/// The values of a sequence's real steps; of a vector all.
let private realPart (length: int) (y: torch.Tensor) =
    numbers (if y.dim () = 3L then y.narrow (1, 0L, int64 length) else y)

/// Whether results at real steps are those of each sequence alone, whatever stands in the padding, and gradients stay
/// finite and pass it by. The module is `build lengths features`.
let leavesPaddingAside (build: SequenceLengths -> int -> Net) batch features (stream: RandomStream) =
    let steps = 1 + stream.NextInt 6

    let real = List.init batch (fun _ -> 1 + stream.NextInt steps)

    let lengths = SequenceLengths()
    use net = build lengths features
    let x = sequences stream batch steps features
    let said = told real steps
    let padding = said.Mask(int64 steps, torch.CPU)
    let isPadding = (Unchecked.nonNull padding).logical_not()
    lengths.SetFrom said

    let results (fill: float) =
        let input = x.masked_fill(isPadding, fill).detach().requires_grad_ true
        let y = net.call input

        // Padded results count for nothing, as further modules would have it.
        let counted = if y.dim () = 3L then y.masked_fill (isPadding, 0.0) else y

        counted.square().sum().backward()
        let slope = Unchecked.nonNull input.grad

        let finite =
            numbers slope |> Array.forall System.Double.IsFinite
            && net.parameters ()
               |> Seq.forall (fun p -> numbers (Unchecked.nonNull p.grad) |> Array.forall System.Double.IsFinite)

        let aside =
            numbers (slope.masked_select (isPadding.expand_as slope))
            |> Array.forall ((=) 0.0)

        List.mapi (fun i n -> realPart n (y.narrow (0, int64 i, 1L))) real, finite && aside

    let zeros, fine = results 0.0
    let other, fineToo = results nan
    lengths.SetFrom null

    let alone =
        List.mapi (fun i n -> realPart n (net.call (x.narrow(0, int64 i, 1L).narrow(1, 0L, int64 n)))) real

    fine
    && fineToo
    && List.forall2 (allClose 1e-5) zeros other
    && List.forall2 (allClose 1e-5) zeros alone
