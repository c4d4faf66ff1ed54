/// How examples come out of noise: a film strip and an animation.
module internal GenDisc.Running.DenoisedFilm

open System
open System.Threading
open GenDisc
open GenDisc.Core.Evaluation
open GenDisc.Core.Models
open GenDisc.Core.Models.Diffusion
open GenDisc.Core.Models.Diffusion.Sampling
open GenDisc.Reporting
open GenDisc.Running.Examined
open TorchSharp

/// A moment of sampling: the step it stands at, the examples and what the model takes them for, row by row.
type Moment =
    { Step: int
      Noisy: float32[][]
      Clean: float32[][] }

/// Rows of a batch as they are drawn.
let rows (batch: torch.Tensor) =
    use _scope = torch.NewDisposeScope()
    Pictures.Rows batch

/// Moments of a film, at most.
let private most = 20

let private evenly count (items: 'a[]) =
    if items.Length <= count then
        items
    else
        Array.init count (fun i -> items[i * (items.Length - 1) / (count - 1)])

/// Draws examples anew and keeps what they look like on the way.
let record (s: Subject) (model: DiffusionModel) (labels: torch.Tensor | null) count (tell: float -> unit) cancel =
    use _scope = torch.NewDisposeScope()
    use _inference = torch.no_grad ()
    let moments = ResizeArray<Moment>()

    let seen (x: torch.Tensor) =
        rows (s.Model.FromDiffusion(model.FromScale x))

    let watch =
        { new ISamplingWatch with
            member _.Moved(done', count, step, x, data) =
                // the first, the last and what lies evenly between them
                let frame i =
                    (i - 1) * (min most count - 1) / max 1 (count - 1)

                if done' = 1 || done' = count || frame done' <> frame (done' - 1) then
                    use _look = torch.NewDisposeScope()

                    moments.Add
                        { Step = step
                          Noisy = seen x
                          Clean = seen data }

                x }

    use draws = s.Streams.Denoising("film", s.Device)
    model.Sample(count, labels, draws, watch, tell, cancel) |> ignore
    moments.ToArray()

let private frameTime = 120
let private lastTime = 1800

let private animate (s: Subject) (frames: byte[] list) =
    let last = List.last frames

    let timed =
        frames
        |> List.mapi (fun i png -> png, (if i = frames.Length - 1 then lastTime else frameTime))

    Atomic.write (s.File "film.png") (fun stream ->
        let bytes = Animation.assemble last timed
        stream.Write(bytes, 0, bytes.Length))

/// Rows of examples: x_t, and the estimate of x₀ right below it. `shown` examples are on the strip, at so many moments.
let private write (s: Subject) scale shape shown strip (moments: Moment[]) =
    let columns = evenly strip moments

    let versions look =
        [| for example in 0 .. shown - 1 do
               for moment in columns do
                   (look moment: float32[][])[example] |]

    let png =
        Mosaic.encoded scale columns.Length shape [ versions _.Noisy; versions _.Clean ]

    Atomic.write (s.File "trajectory.png") (fun stream -> stream.Write(png, 0, png.Length))

    moments
    |> Array.map (fun m -> Mosaic.encoded scale m.Noisy.Length shape [ m.Noisy; m.Clean ])
    |> List.ofArray
    |> animate s

    columns |> Array.map _.Step

/// Writes `trajectory.png` and `film.png` of images; the steps on the strip.
let images (s: Subject) (c, h, w) (moments: Moment[]) =
    write s (Mosaic.magnification h w) (c, h, w) (min 6 moments[0].Noisy.Length) 10 moments

let private side = 180

/// As `images`, of what is drawn over real examples by `draw`: all examples in one picture.
let private drawn
    (s: Subject)
    view
    (under: float32[] -> unit)
    (draw: float32[][] -> float32[] -> unit)
    (moments: Moment[])
    =
    let picture rows =
        let canvas = Canvas.blank view
        under canvas
        draw rows canvas
        canvas

    moments
    |> Array.map (fun m ->
        { m with
            Noisy = [| picture m.Noisy |]
            Clean = [| picture m.Clean |] })
    |> write s 1 (3, view.Size, view.Size) 1 6

let private point (row: float32[]) = float row[0], float row[1]

/// Of points in the plane, over points of the data.
let points (s: Subject) (data: float32[][]) (moments: Moment[]) =
    let start =
        moments |> Array.tryHead |> Option.map _.Noisy |> Option.defaultValue [||]

    let view = Canvas.seeing side (Seq.map point (Array.append data start))

    drawn
        s
        view
        (Canvas.dots view 1.4 Canvas.grey (Array.map point data))
        (fun rows -> Canvas.dots view 1.6 Canvas.blue (Array.map point rows))
        moments

/// Of sequences of `features` numbers at each step, over those of the data: the first feature of a few.
let curves (s: Subject) features (data: float32[][]) (moments: Moment[]) =
    let values (row: float32[]) =
        row |> Array.chunkBySize features |> Array.map (Array.head >> float)

    let few = Array.truncate 3

    let start =
        moments |> Array.tryHead |> Option.map _.Noisy |> Option.defaultValue [||]

    let view =
        Array.append data (few start)
        |> Seq.collect (values >> Array.mapi (fun i y -> float i, y))
        |> Canvas.seeing side

    drawn
        s
        view
        (fun canvas ->
            for row in data do
                Canvas.curve view Canvas.grey (values row) canvas)
        (fun rows canvas ->
            for row in few rows do
                Canvas.curve view Canvas.blue (values row) canvas)
        moments
