module GenDisc.Dsl.Tests.Report.QualitySectionTests

open System.IO
open Expecto

let private plan (block: string) shape =
    // as a run writes it: a diffusion model stands by itself as it was declared
    let written =
        if block.StartsWith "diffusion (" then
            let declared =
                block.Substring("diffusion (".Length, block.Length - "diffusion (".Length - 1)

            $"\"diffusion\":\"{declared}\","
        else
            ""

    $$"""{{{written}}"rows":[{"block":"{{block}}","in":"x","out":"x","parameters":10,"flops":20}],
"parameters":10,"flops":20,"loss":"elbo","terms":[],"likelihood":null,"latent":2,"shape":{{shape}},"classes":2,"training":"adam 0.001"}"""

let private measured =
    """{"figures":{"frechet":1.25,"mmd":-0.01,"mmdP":0.4,"precision":0.9,"recall":0.8,"density":1.02,"coverage":0.7},
"intervals":{"frechet":[1.1,1.5],"precision":[0.85,0.95]}}"""

let private quality accuracy =
    $$"""{"judge":"judge-x","run":"judge-x-12345678","source":"let evil = <script>","judgeAccuracy":{{accuracy}},"samples":200,"width":64,
"found":{{measured}},"reference":{{measured}},"recognised":{"recognised":0.95,"confidence":0.88},"confidenceInterval":[0.86,0.9],
"realConfidence":0.97,"balanceP":0.3,"classes":[{"drawn":90,"real":100},{"drawn":110,"real":100}],
"closer":0.5,"copies":0.01,"exact":0,"tstr":0.9,"trtr":0.99,"tested":400,
"steps":{"sampler":"DPM-Solver++ 2M","samples":100,"points":[{"x":5,"frechet":9,"recognised":0.7},{"x":10,"frechet":4,"recognised":0.8}]},
"guidance":{"sampler":"DDIM","samples":100,"points":[{"x":0,"frechet":9,"recognised":0.5},{"x":1,"frechet":4,"recognised":0.9}]} }"""

let private page block shape file =
    Fixture.inFolder (fun folder ->
        Fixture.put folder "plan.json" (plan block shape)
        Fixture.put folder "result.json" """{"name":"q","status":"done","metrics":{"test.frechet":1.25}}"""

        file
        |> Option.iter (Fixture.put folder (Path.Combine("figures", "quality.json")))

        Fixture.markup folder)

let private has (page: string) (text: string) = Expect.stringContains page text text

let private lacks (page: string) (text: string) =
    Expect.isFalse (page.Contains text) $"no {text}"

let tests =
    testList
        "Quality in the report"
        [ test "each figure stands with its interval, what it asks, and what real examples reach" {
              let page = page "diffusion (unet 8)" "[1,8,8]" (Some(quality "0.99"))
              has page "judge-x-12345678"
              has page "99.00 %"
              has page "They are not Inception FID"
              has page "Train on synthetic, test on real"
              // Wilson intervals of 190 out of 200 and of 360 out of 400
              has page "91.0 %–97.3 %"
              has page "86.7 %–92.6 %"
              has page "86.0 %–90.0 %"
              has page "by DPM-Solver++ 2M"
              has page "figure-quality-steps-recognised"
              has page "figure-quality-guidance-recognised"
              has page "figure-class-balance"
              lacks page "A poor judge"
              lacks page "<script>let"
              lacks page "= <script>"
              lacks page "is not measured"
          }
          test "a poor judge is named one" { has (page "vae 2" "[1,8,8]" (Some(quality "0.85"))) "A poor judge" }
          test "without a judge the section says that numbers are compared" {
              let file =
                  $$"""{"judge":"","run":"","source":"","judgeAccuracy":null,"samples":50,"width":2,"found":{{measured}},"reference":{{measured}},"recognised":{} }"""

              let page = page "vae 2" "[2]" (Some file)
              has page "number by number"
              lacks page "Recognised"
              lacks page "figure-class-balance"
              lacks page "Inception FID and published"
          }
          test "images without a judge are told what to write; what draws nothing is not" {
              let says = "Data = mnist |&gt; qualityBy (judge mnist)"

              for block in [ "vae 2"; "cvae 2"; "rbm 8"; "diffusion (unet 8)" ] do
                  has (page block "[1,8,8]" None) says

              lacks (page "autoencoder 2" "[1,8,8]" None) says
              lacks (page "vae 2" "[2]" None) says
          }
          test "half a file leaves half a section" {
              let page = page "vae 2" "[2]" (Some """{"samples":7}""")
              has page "How good the samples are"
          } ]
