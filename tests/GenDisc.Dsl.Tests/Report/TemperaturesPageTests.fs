/// The page about machines at several temperatures.
module GenDisc.Dsl.Tests.Report.TemperaturesPageTests

open System.Net
open System.Text.Json
open System.Text.RegularExpressions
open Expecto
open GenDisc
open GenDisc.Reporting
open GenDisc.Reporting.TemperaturesPage

/// Figures of a page by their ids.
let drawn (page: string) =
    [ for found in Regex.Matches(page, "data-figure=\"([^\"]*)\">(.*?)</script>", RegexOptions.Singleline) do
          found.Groups[1].Value, JsonDocument.Parse(found.Groups[2].Value).RootElement ]

/// What a reader sees of a page: no scripts, no markup.
let words (page: string) =
    let seen =
        Regex.Replace(page, "<(script|style)\\b.*?</\\1>", "", RegexOptions.Singleline)

    match WebUtility.HtmlDecode(Regex.Replace(seen, "<[^>]*>", "")) with
    | null -> ""
    | decoded -> decoded

let private hostile = "<img src=x onerror=alert(1)>"

/// A lattice's run at a temperature, with a machine that is off by these shares.
let internal measured temperature energy magnetisation : Measured =
    Fixture.inFolder (fun folder ->
        Fixture.put folder "result.json" """{"name":"x","status":"done","epochs":2}"""

        let energy, magnetisation =
            Show.number (-1.0 + energy), Show.number (0.5 * (1.0 + magnetisation))

        Fixture.put
            folder
            "figures/ising.json"
            $"""{{"size":8,"temperature":{Show.number temperature},"coupling":1,"field":0,
"model":{{"energy":[{energy},0.003],"magnetisation":[{magnetisation},0.001]}},
"sampler":{{"energy":[-1.0,0.004],"magnetisation":[0.5,0.001]}}}}"""

        { Temperature = temperature
          Run = ReadRun.read folder
          Link = "../x" })

let internal withoutIsing (m: Measured) =
    { m with
        Run = { m.Run with Ising = None } }

let tests =
    testList
        "TemperaturesPage"
        [ test "whether each machine is as close as asked for is said" {
              let page =
                  [ measured 3.0 -0.05 0.0; measured 1.5 0.01 0.02; measured 2.0 0.0 -0.01 ]
                  |> TemperaturesPage.page "x" ""
                  |> words

              Pages.has
                  page
                  [ "3 machines learned configurations of the 8 × 8 Ising lattice, each at one temperature: T = 1.5, 2 and 3."
                    "Energy per spin of the machines is within 2 % of the sampler’s at T = 1.5 (1.00 %) and 2 (0.00 %), and outside at T = 3 (5.00 %)."
                    "Magnetisation |m| per spin of the machines is within 3 % of the sampler’s at T = 1.5 (2.00 %), 2 (1.00 %) and 3 (0.00 %)." ]

              Pages.lacks page "more samples are needed"
              Pages.lacks page "Left out."

              let wide =
                  let m = measured 2.0 0.0 0.0
                  let file = m.Run.Ising.Value

                  { m with
                      Run =
                          { m.Run with
                              Ising =
                                  Some
                                      { file with
                                          Model =
                                              { file.Model with
                                                  Energy = Some { Mean = -1.0; Error = Some 0.02 } } } } }

              Pages.has
                  (words (TemperaturesPage.page "x" "" [ wide ]))
                  [ "Energy per spin of the machine is within 2 % of the sampler’s at T = 2 (0.00 %)."
                    "At T = 2, two standard errors are wider than 2 %, so more samples are needed to be sure." ]
          }

          test "text stays text" {
              let m = measured 2.0 0.0 0.0

              let odd =
                  { m with
                      Link = hostile
                      Run =
                          { m.Run with
                              FolderName = hostile
                              Notes = [ hostile ] } }

              let page = TemperaturesPage.page hostile hostile [ odd ]
              Pages.lacks page "<img"
              Pages.has page [ "&lt;img src=x onerror=alert(1)&gt;" ]
          }

          test "where there are no observables, this is said" {
              let none =
                  [ withoutIsing (measured 1.5 0.0 0.0); withoutIsing (measured 2.0 0.0 0.0) ]

              let page = TemperaturesPage.page "x" "" none
              Pages.has page [ "No observables."; "<section id=\"runs\"" ]
              Expect.isEmpty (drawn page) "no chart"
              Pages.lacks page "<section id=\"ising\""

              let some = TemperaturesPage.page "x" "" [ none.Head; measured 2.0 0.0 0.0 ]
              Pages.has some [ "There is no figures/ising.json at T = 1.5." ]
              Expect.isNonEmpty (drawn some) "charts of the other"
          } ]
