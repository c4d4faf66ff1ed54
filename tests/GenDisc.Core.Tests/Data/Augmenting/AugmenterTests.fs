module GenDisc.Core.Tests.Data.Augmenting.AugmenterTests

open System
open Expecto
open FsCheck.FSharp
open TorchSharp
open GenDisc.Core.Data
open GenDisc.Core.Runtime
open GenDisc.Core.Tests.Data.Expecting
open GenDisc.Core.Tests.Kernels.Trials
open GenDisc.Core.Tests.Modules.Building

let private stream seed = RandomStream(seed, "augmentation")

/// n colour images whose pixels all differ, from 1 on.
let private images n height width =
    let size = 3 * height * width
    let values = Array.init (n * size) (fun i -> float32 (1 + i))
    Dataset.OfValues("images", [ 3; height; width ], memory values, memory (Array.zeroCreate n), [ "all" ])

let private apply (steps: Augmentation list) seed (data: Dataset) =
    use batch = Batches.Gather(data, ReadOnlySpan [| 0 .. data.Count - 1 |], torch.CPU)
    Augmenter(steps).Apply(batch, stream seed)
    batch.X.data<float32>().ToArray()

/// The same by a rule for the pixel at (image, channel, y, x).
let private expected (data: Dataset) rule =
    let height, width = data.ExampleShape[1], data.ExampleShape[2]

    let pixel i c y x =
        if y < 0 || y >= height || x < 0 || x >= width then
            0f
        else
            data.Values.Span[((i * 3 + c) * height + y) * width + x]

    [| for i in 0 .. data.Count - 1 do
           for c in 0..2 do
               for y in 0 .. height - 1 do
                   for x in 0 .. width - 1 do
                       rule (pixel i c) i y x: float32 |]

/// Pairs of integers below the bounds, one for each image.
let private pairs seed first second n =
    let stream = stream seed

    [| for _ in 1..n do
           let a = stream.NextInt first
           a, stream.NextInt second |]

let private cases =
    gen {
        let! n = Gen.choose (1, 5)
        let! height = Gen.choose (1, 9)
        let! width = Gen.choose (1, 9)
        let! seed = Gen.choose (0, 100000)
        return images n height width, int64 seed
    }
    |> Arb.fromGen

let private law name check =
    testProperty
        name
        (Prop.forAll cases (fun (data: Dataset, seed) ->
            TorchRuntime.Init()
            check data (data.ExampleShape[1]) (data.ExampleShape[2]) seed))

let private everything: Augmentation list =
    [ Shift 2; Flip(); Rotate 15.0; Crop 2; CutOut 3 ]

let private gathered (batches: Batch seq) =
    [ for batch in batches do
          use batch = batch
          batch.X.data<float32>().ToArray() ]

let tests =
    testList
        "Augmenter"
        [ law "a shift moves each image by its own draw" (fun data height width seed ->
              let most = min height width - 1
              let moves = pairs seed (2 * most + 1) (2 * most + 1) data.Count

              apply [ Shift most ] seed data =
                  expected data (fun pixel i y x ->
                      let right, down = moves[i]
                      pixel (y - down + most) (x - right + most)))
          law "a crop is a place in the bordered image" (fun data height width seed ->
              let border = min height width - 1
              let places = pairs seed (2 * border + 1) (2 * border + 1) data.Count

              apply [ Crop border ] seed data =
                  expected data (fun pixel i y x ->
                      let left, top = places[i]
                      pixel (y + top - border) (x + left - border)))
          law "a flip mirrors each image or leaves it" (fun data _ width seed ->
              let stream = stream seed
              let flips = Array.init data.Count (fun _ -> stream.NextInt 2 = 1)

              apply [ Flip() ] seed data =
                  expected data (fun pixel i y x -> pixel y (if flips[i] then width - 1 - x else x)))
          law "a cut-out zeroes exactly its square" (fun data height width seed ->
              Seq.forall
                  (fun size ->
                      let centres = pairs seed width height data.Count

                      apply [ CutOut size ] seed data =
                          expected data (fun pixel i y x ->
                              let left, top = fst centres[i] - size / 2, snd centres[i] - size / 2

                              if y >= top && y < top + size && x >= left && x < left + size then
                                  0f
                              else
                                  pixel y x))
                  [ 1 .. min height width ])
          law "nothing to do is the identity" (fun data _ _ seed ->
              let steps: Augmentation list = [ Shift 0; Rotate 0.0; Crop 0 ]
              apply steps seed data = data.Values.ToArray())
          law
              "flipping and shifting only move pixels: sorted they are the same, less what went out"
              (fun data _ _ seed ->
                  let sorted steps = apply steps seed data |> Array.sort

                  let kept =
                      apply [ Shift(min data.ExampleShape[1] data.ExampleShape[2] - 1) ] seed data
                      |> Array.filter ((<>) 0f)

                  sorted [ Flip() ] = Array.sort (data.Values.ToArray())
                  && Array.distinct kept = kept
                  && Set.isSubset (Set.ofArray kept) (Set.ofArray (data.Values.ToArray())))
          law "flipping an image twice leaves it" (fun data height width _ ->
              let pixels = data.Values.ToArray()

              let image =
                  ImageSpan(Span pixels, height, width, Span(Array.zeroCreate pixels.Length))

              Flip().Apply(image, Augmentation.Change(1.0, 0.0))
              let once = Array.copy pixels
              Flip().Apply(image, Augmentation.Change(1.0, 0.0))
              pixels = data.Values.ToArray() && (width = 1 || once <> pixels))
          law "the same stream gives the same bits, image by image" (fun data height width seed ->
              let steps =
                  if min height width > 2 then everything else [ Flip(); CutOut 1; Rotate 40.0 ]

              let once = apply steps seed data
              // Draws belong to images in order, so the first ones do not depend on how many follow.
              let first = images 1 height width

              once = apply steps seed data
              && once[.. first.ExampleSize - 1] = apply steps seed first)
          torchTest "without steps nothing is done or drawn" (fun () ->
              let stream = stream 1L
              use batch = Batches.Gather(images 3 4 5, ReadOnlySpan [| 0 |], torch.CPU)
              Augmenter([]).Apply(batch, stream)
              Expect.equal (stream.NextUInt64()) (RandomStream(1L, "augmentation").NextUInt64()) "no draw")
          torchTest "shuffled batches are augmented in their order, every epoch anew" (fun () ->
              let data = images 20 6 6
              let augmenter = Augmenter everything
              let shuffle () = RandomStream(1L, "shuffle")

              let epochs () =
                  let order, changes = shuffle (), stream 1L

                  let batches =
                      Batches.Shuffled(Split.All data, 8, order, torch.CPU, augmenter, changes)

                  gathered batches, gathered batches

              let plain = Batches.Shuffled(Split.All data, 8, shuffle (), torch.CPU)
              let changes = stream 1L

              let byHand =
                  [ for batch in plain do
                        use batch = batch
                        augmenter.Apply(batch, changes)
                        batch.X.data<float32>().ToArray() ]

              Expect.equal (fst (epochs ())) byHand "as by hand"
              Expect.equal (epochs ()) (epochs ()) "deterministic"
              Expect.notEqual (fst (epochs ())) (snd (epochs ())) "epochs differ")
          torchTest "the data set itself stays, and sequential batches show it" (fun () ->
              let data = images 20 6 6
              let before = data.Values.ToArray()

              let batches =
                  Batches.Shuffled(Split.All data, 8, init 1L, torch.CPU, Augmenter everything, stream 1L)

              Expect.notEqual (gathered batches |> Array.concat |> Array.sort) before "augmented"
              Expect.equal (data.Values.ToArray()) before "data set"

              Expect.equal
                  (gathered (Batches.Sequential(Split.All data, 8, torch.CPU)) |> Array.concat)
                  before
                  "sequential")
          torchTest "an augmenter needs a stream" (fun () ->
              Expect.throwsT<ArgumentNullException>
                  (fun () ->
                      Batches.Shuffled(Split.All(images 3 4 4), 2, init 1L, torch.CPU, Augmenter everything, null)
                      |> ignore)
                  "no stream")
          // Tensors are counted, so no other test may run beside it.
          testSequenced
          <| torchTest "examples that are no images" (fun () ->
              let before = liveTensors ()

              userError [ "augmentation"; "[1]" ] (fun () ->
                  Batches.Shuffled(Split.All(regression 3), 2, init 1L, torch.CPU, Augmenter everything, stream 1L)
                  |> gathered)
              |> ignore

              Expect.equal torch.Tensor.TotalCount before "the batch is not left behind")
          torchTest "steps that do not fit" (fun () ->
              let refused parts (step: Augmentation) =
                  userError ("augmentation" :: parts) (fun () -> apply [ Flip(); step ] 1L (images 2 6 8))
                  |> ignore

              for n in [ -1; 6; Int32.MaxValue; Int32.MinValue ] do
                  refused [ "shift"; string n; "6 x 8"; "0 to 5" ] (Shift n)
                  refused [ "crop"; string n; "0 to 5" ] (Crop n)

              for n in [ 0; -1; 7; Int32.MaxValue ] do
                  refused [ "cut-out"; string n; "1 to 6" ] (CutOut n)

              for degrees in [ -1.0; 181.0; nan; infinity ] do
                  refused [ "rotation"; "0 to 180" ] (Rotate degrees)) ]

let alone =
    torchTest "Augmenter: equal bits for any number of threads" (fun () ->
        let bytes = Array.init (64 * 3 * 32 * 32) (fun i -> byte (i * 7919 % 251))

        let data =
            Dataset.OfPixels("d", [ 3; 32; 32 ], memory bytes, memory (Array.zeroCreate 64), [ "all" ])

        expectSameOnThreads (fun () ->
            let augmenter = Augmenter everything

            let batches =
                Batches.Shuffled(Split.All data, 24, init 1L, torch.CPU, augmenter, stream 1L)

            [], torch.cat [| for batch in batches -> batch.X |]))
