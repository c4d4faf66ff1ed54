/// The page about a search.
module GenDisc.Dsl.Tests.Report.Search.SearchPageTests

open Expecto
open GenDisc.Reporting
open GenDisc.Dsl.Tests.Report
open GenDisc.Dsl.Tests.Report.TemperaturesPageTests

let private hostile = "<img src=x onerror=alert(1)>"

let private trial index z w validation =
    $"""{{"index":{index},"run":"x-t{index}","choices":{{"z":"{z}","w":"{w}"}},"rung":0,"epochs":2,"validation":{validation},"seconds":1.5,"status":"done","problem":null}}"""

let private failed =
    """{"index":4,"run":"x-t4","choices":{"z":"8"},"rung":0,"epochs":2,"validation":null,"seconds":null,"status":"failed","problem":"training diverged\nat epoch 1"}"""

let private file status trials rungs confirmed importance =
    $"""{{"id":"x-search-1","name":"x","status":"{status}","search":"search (random 4)","strategy":"random 4","seed":1,
"figure":"accuracy","maximised":true,"data":"moons","base":"{{ Name = \"x\" }}","planned":4,"rungs":[{rungs}],
"dimensions":[{{"name":"z","source":"oneOf [ 8; 32 ]","kind":"oneOf","options":["8","32"]}},
{{"name":"w","source":"logUniform 0.01 1.0","kind":"logUniform","low":0.01,"high":1.0}}],
"trials":[{String.concat "," trials}],"best":"x-t2","winner":"{{ Name = \"x-best\" }}",
"confirmed":{confirmed},"importance":{importance}}}"""

let private three =
    [ trial 1 "8" "0.1" "0.8"; trial 2 "32" "1.0" "0.9"; trial 3 "8" "0.01" "0.85" ]

let private sure =
    """{"runs":[{"seed":2,"run":"x-best-2","validation":0.88,"seconds":2},{"seed":3,"run":"x-best-3","validation":0.86,"seconds":2}],
"missing":[],"test":{"accuracy":{"mean":0.865,"deviation":0.01,"low":0.84,"high":0.89,"count":2}}}"""

let private shares = """{"alone":{"z":0.25,"w":0.5},"explained":0.8}"""

let private pageOf json =
    Fixture.inFolder (fun folder ->
        Fixture.put folder "search.json" json
        SearchPage.page (ReadSearch.read folder))

let tests =
    testList
        "SearchPage"
        [ test "what was tried, what won, and how good it is over fresh seeds" {
              let page = pageOf (file "done" (three @ [ failed ]) "" sure shares)

              Expect.equal
                  (Pages.ids page)
                  [ "asked"
                    "procedure"
                    "trials"
                    "importance"
                    "winner"
                    "limits"
                    "cost"
                    "again" ]
                  "sections"

              Pages.has
                  (words page)
                  [ "The best by validation accuracy (90.00 %) is trial 2, with z = 32 and w = 1.0."
                    "Over 2 fresh seeds its test accuracy is 86.50 % on average (95 % interval 84.00 % to 89.00 %)."
                    "Random search draws 4 trials from the space"
                    "1 run of 4 came to no figure"
                    "training diverged"
                    "The winner’s validation accuracy was 90.00 % when it was chosen, and is 87.00 % on average over 2 fresh seeds: it looked better by 3.00 percentage points when it was chosen"
                    "25 % of the variance is due to choices together."
                    "The forest explains 80 % of the variance of trials that it has not seen." ]

              Pages.lacks page "Left out."
              Pages.lacks page "Not finished."
          }

          test "lines, steps and bars" {
              let charts = drawn (pageOf (file "done" three "" sure shares))

              Expect.equal
                  (List.map fst charts)
                  [ "figure-search-parallel"
                    "figure-search-history"
                    "figure-search-importance" ]
                  "charts"

              let parallels = Map.ofList (Pages.traces charts "figure-search-parallel")
              let winner = parallels["winner"]
              Expect.equal (Pages.along "x" winner |> List.truncate 3) [ 0.0; 1.0; 2.0 ] "two choices and the figure"
              let heights = winner.GetProperty "y"
              let item = heights[0].GetDouble()
              Expect.isTrue (item > 0.5 && item < 1.0) "the upper of two items"
              Expect.equal [ for i in 1..2 -> heights[i].GetDouble() ] [ 1.0; 1.0 ] "the high end, and the best"
              Expect.equal (heights[3].ValueKind) System.Text.Json.JsonValueKind.Null "a gap before another line"
              let history = Map.ofList (Pages.traces charts "figure-search-history")
              Expect.equal (Pages.along "y" history["best so far"]) [ 80.0; 90.0; 90.0 ] "the best so far, in percent"
              Expect.equal (Pages.along "y" history["trial"]) [ 80.0; 90.0; 85.0 ] "each"
          }

          test "rungs stand in place of the history, and only equal epochs are compared" {
              let later =
                  (trial 2 "32" "1.0" "0.95").Replace("\"rung\":0,\"epochs\":2", "\"rung\":1,\"epochs\":6")

              let rungs = """{"trials":3,"epochs":2},{"trials":1,"epochs":6}"""
              let page = pageOf (file "done" (three @ [ later ]) rungs sure shares)
              let charts = drawn page
              Expect.contains (List.map fst charts) "figure-search-rungs" "rungs"
              let lines = Map.ofList (Pages.traces charts "figure-search-rungs")
              Expect.equal (Pages.along "x" lines["winner"]) [ 2.0; 6.0 ] "epochs of the winner"
              Expect.equal (Pages.along "x" lines["trial 1"]) [ 2.0 ] "left behind"
              Pages.has (words page) [ "each line is a trial at 2 epochs" ]
          }

          test "a search that is not finished says so" {
              let none = """{"runs":[],"missing":[],"test":{}}"""
              let page = pageOf (file "interrupted" three "" none """{"alone":{}}""")
              Pages.has (words page) [ "Not finished."; "3 of 4 runs have ended" ]
              Pages.lacks page "<section id=\"importance\""
              let empty = pageOf (file "interrupted" [] "" none """{"alone":{}}""")
              Expect.isEmpty (drawn empty) "no chart of nothing"
          }

          test "what is not as it should be leaves the page standing" {
              Expect.isNonEmpty (Pages.ids (pageOf "{}")) "nothing at all"

              let odd =
                  (file "done" [ trial 1 "9" "x" "0.5"; trial 2 "8" "-1" "0.5" ] "" sure shares)
                      .Replace("\"z\":", "\"q\":")

              Expect.isNonEmpty (drawn (pageOf odd)) "values of no dimension"
          }

          test "text stays text" {
              let escaped = hostile.Replace("\"", "\\\"")
              let trials = [ trial 2 escaped escaped "0.9"; failed.Replace("training", escaped) ]

              let page =
                  (file "done" trials "" sure shares).Replace("\"x\"", $"\"{escaped}\"").Replace("random 4", escaped)
                  |> pageOf

              Pages.lacks page "<img"
          } ]
