module GenDisc.Cli.Tests.JsonTests

open System
open System.Text.Json
open Expecto
open FsCheck
open FsCheck.FSharp
open GenDisc
open GenDisc.Cli
open GenDisc.Cli.Tests.Support

let tests =
    testList
        "Json"
        [ test "a result is one line with exactly these keys" {
              let line = Json.result result

              Expect.equal
                  line
                  """{"id":"hybrid-0a1b2c3d","name":"hybrid","folder":"runs/hybrid-0a1b2c3d","metrics":{"train.loss":11.5,"train.accuracy":0.98125,"validation.loss":12.25,"test.loss":12,"test.accuracy":0.965,"test.elbo":-108.75},"seconds":22.5,"examplesPerSecond":12034.5}"""
                  "NaN is left out"
          }
          testProperty "every finite figure comes back as it was, under any culture, on a single line"
          <| fun (x: NormalFloat) (name: NonEmptyString) ->
              underCulture "de-DE" (fun () ->
                  let line =
                      Json.result
                          { result with
                              Name = name.Get
                              Test = metrics [ "elbo", x.Get ] }

                  use document = JsonDocument.Parse line
                  let figures = document.RootElement.GetProperty "metrics"

                  figures.GetProperty("test.elbo").GetDouble() = x.Get && not (line.Contains '\n'))
          test "figures that JSON cannot hold are left out" {
              for x in [ nan; infinity; -infinity ] do
                  let line =
                      Json.result
                          { result with
                              Seconds = x
                              Test = metrics [ "elbo", x ] }

                  use document = JsonDocument.Parse line
                  Expect.isFalse (fst (document.RootElement.TryGetProperty "seconds")) "seconds"
                  Expect.isFalse (line.Contains("test.elbo", StringComparison.Ordinal)) "elbo"
          } ]
