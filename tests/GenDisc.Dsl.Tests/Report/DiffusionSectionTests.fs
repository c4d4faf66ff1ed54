module GenDisc.Dsl.Tests.Report.DiffusionSectionTests

open System.IO
open Expecto
open GenDisc.Reporting

let private put (folder: string) name (text: string) =
    let path = Path.Combine(folder, name)

    Directory.CreateDirectory(Path.GetDirectoryName path |> Option.ofObj |> Option.get)
    |> ignore

    File.WriteAllText(path, text)

/// As a run writes it: the row is brief, and all that was declared stands by itself.
let private plan (block: string) loss training =
    let written =
        block.Substring("diffusion (".Length, block.Length - "diffusion (".Length - 1)

    let network = written.Split(" |> ")[0]
    let brief = $"diffusion ({network})"

    $$"""{"diffusion":"{{written}}","rows":[{"block":"{{brief}}","in":"vector 2","out":"vector 2","parameters":10,"flops":20}],
"parameters":10,"flops":20,"loss":"{{loss}}","terms":[{"name":"denoising","weight":1,"schedule":null}],
"likelihood":null,"latent":null,"shape":[2],"classes":2,"training":"{{training}}"}"""

let private checks passed =
    $$"""{"checks":[{"name":"time","title":"The network listens to the time","passed":{{passed}},
"found":"told the time of another example, its loss rises by no more than 0.0 %","advice":"Train longer."}],
"levels":[{"first":1,"last":50,"loss":0.9,"zero":1,"mean":1400,"gaussian":1},{"first":51,"last":100,"loss":0.5,"zero":1,"mean":1.1,"gaussian":0.9}],
"steps":100,"examples":200,"samples":100,"classes":0,"moments":[90,0],
"sequences":{"real":[[[1,2]]],"drawn":[[[0.5,1.5]]]} }"""

let private result warnings =
    $$"""{"name":"d","status":"done","metrics":{"test.denoising":0.5,"test.loss":0.5},"counts":{"train":10,"test":5},
"epochs":2,"warnings":[{{warnings}}]}"""

let private page block loss training file warnings =
    Fixture.inFolder (fun folder ->
        put folder "plan.json" (plan block loss training)
        put folder "result.json" (result warnings)
        file |> Option.iter (put folder "figures/denoising.json")
        Fixture.markup folder)

let private has (page: string) (text: string) = Expect.stringContains page text text

let private lacks (page: string) (text: string) =
    Expect.isFalse (page.Contains text) $"no {text}"

let private frame grey =
    Mosaic.encoded 1 1 (1, 2, 2) [ [| Array.create 4 grey |] ]

let tests =
    testList
        "Diffusion in the report"
        [ test "a failing check stands at the top and in its section, with what to do, and once" {
              let warning =
                  "\"a check of the diffusion model fails. The network listens to the time: no\""

              let page =
                  page "diffusion (mlp [8])" "denoising" "adam 0.001" (Some(checks "false")) warning

              has page "fails a check of itself"
              has page "Train longer."
              has page "0 of 1"
              lacks page "Warning. "
          }
          test "a run that passes says so and warns of nothing" {
              let page =
                  page "diffusion (mlp [8] |> conditional)" "denoising" "adam 0.001" (Some(checks "true")) ""

              has page "1 of 1"
              lacks page "fails"
              has page "A class-conditional diffusion model"
              has page "Loss by noise level"
              has page "Sequences drawn from the model"
          }
          test "the mathematics is that of the declaration" {
              let velocity = page "diffusion (mlp [8])" "denoising" "adam 0.001" None ""
              has velocity "squared cosine"
              has velocity "50 steps of deterministic DDIM"
              lacks velocity "Guidance"

              let other =
                  page
                      "diffusion (unet 8 |> conditional |> predictsNoise |> linearNoise 500 |> sampledWith (dpmSolver 20) |> guided 2.5)"
                      "minSnr 5.0"
                      "adam 0.001 |> ema 0.99"
                      None
                      ""

              has other "straight line"
              has other "20 steps of the second-order solver"
              has other "2.5 times the way"
              has other "Hang et al. 2023"
              has other "Averaged weights"
              lacks other "Salimans and Ho 2022"
          }
          test "settings are read from the blocks' own source" {
              let read blocks =
                  DiffusionFile.declared blocks |> Option.get

              let d =
                  read
                      [ "encoder \"a\""
                        "diffusion (mlp [8] |> predictsData |> sampledWith (noisyDdim 30 0.5))" ]

              Expect.equal (d.Target, d.Sampler, d.SamplerSteps, d.Eta) ("data", "noisyDdim", 30, 0.5) "sampler"
              Expect.isTrue (d.Latents && not d.Conditional && not d.Unet) "of latents"

              let d =
                  read [ "diffusion (unet 8 |> cosineNoise 300 |> sampledWith (ddpm 300) |> guided 0.0)" ]

              Expect.equal (d.Steps, d.Linear, d.Eta, d.Guidance) (300, false, 1.0, 0.0) "ancestral"
              Expect.isNone (DiffusionFile.declared [ "vae 8" ]) "another model"
          }
          test "an animation stands still as its still, and holds its frames" {
              let still, moving =
                  frame 0.5f, Animation.assemble (frame 0.5f) [ frame 0.0f, 100; frame 1.0f, 200 ]

              Expect.equal (Animation.still moving) still "still"
              Expect.equal (Animation.still still) still "what does not move stays"

              let name (name: string) =
                  System.Text.Encoding.ASCII.GetBytes name

              let count (part: byte[]) =
                  moving |> Array.windowed part.Length |> Array.filter ((=) part) |> Array.length

              Expect.equal [ for n in [ "acTL"; "fcTL"; "fdAT"; "IEND" ] -> count (name n) ] [ 1; 2; 2; 1 ] "chunks"
              Expect.throws (fun () -> Animation.assemble still [] |> ignore) "no frames"
              let larger = Mosaic.encoded 2 1 (1, 2, 2) [ [| Array.create 4 0.0f |] ]
              Expect.throws (fun () -> Animation.assemble still [ larger, 1 ] |> ignore) "another size"
              Expect.throws (fun () -> Animation.still [| 1uy; 2uy |] |> ignore) "no PNG"
              Expect.throws (fun () -> Animation.still still[.. still.Length - 15] |> ignore) "cut off"
          }
          test "dots lie where they belong, and what is far away or no number is not seen" {
              let view = Canvas.seeing 20 [ 0.0, 0.0; 10.0, 10.0 ]
              let picture = Canvas.blank view
              Canvas.dots view 1.5 Canvas.blue [ 1e9, 0.0; nan, 1.0; 0.0, infinity ] picture
              Expect.all picture ((=) 1.0f) "nothing"
              Canvas.dots view 1.5 Canvas.blue [ 0.0, 10.0 ] picture
              let red row column = picture[row * 20 + column]
              Expect.equal (red 0 0 < 0.5f || red 1 1 < 0.5f) true "upper left"
              Expect.equal (red 19 19) 1.0f "not elsewhere"
          } ]
