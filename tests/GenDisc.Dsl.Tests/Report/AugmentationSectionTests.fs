/// What a report says of generated training examples.
module GenDisc.Dsl.Tests.Report.AugmentationSectionTests

open Expecto
open GenDisc.Dsl.Tests.Report.Pages

let private generator closer known =
    sprintf
        """{"name":"joint","perClass":false,"count":5000,"training":1000,
            "shared":[{"part":"validation","known":0,"own":0,"count":600},{"part":"test","known":%d,"own":%d,"count":9000}],
            "memorisation":{"examined":500,"against":"validation","equal":600,"closer":%s,
              "toTraining":{"min":1.5,"median":5.25,"within":0.01},"toHeldOut":{"min":2.5,"median":6.25,"within":0.0},
              "threshold":1.25,"copies":0.034,"exact":7,"closest":[0.0,0.5]}}"""
        known
        known
        closer

let private file closer known =
    sprintf
        """{"real":1000,"generated":5000,"generators":[%s],"tstr":0.875,"agreement":0.91,
            "classes":[{"asked":2500,"told":2600,"agreement":0.95},{"asked":2500,"told":2400,"agreement":0.87}]}"""
        (generator closer known)

let private page content =
    pageOf (alone "figures/augmentation.json" content) |> snd

let tests =
    testList
        "AugmentationSection"
        [ test "what was added, what it teaches, and its classes" {
              has
                  (page (file "0.51" 0))
                  [ "Generated training examples"
                    "5,000 generated examples stand beside 1,000 real ones"
                    "come from joint"
                    "a run with such a leak is refused"
                    "500 generated examples are held against 600 examples"
                    "no memorisation detected"
                    "3.4 %"
                    "tells 87.50 % of the test examples right"
                    "they agree on 91.0 %"
                    "52.0 % 95.0 %" ]
          }
          test "memorisation is told where the interval leaves chance" {
              has (page (file "0.6" 0)) [ "60.0 %"; "closer than by chance" ]
              has (page (file "0.3" 0)) [ "farther than by chance" ]
              lacks (page (file "0.52" 0)) "than by chance"
          }
          test "examples seen without labels, and what is left out" {
              let content =
                  (file "0.5" 0)
                      .Replace("\"training\":1000", "\"training\":1000,\"unlabelled\":900")
                      .Replace("\"tstr\":0.875", "\"tstr\":null,\"tstrLeftOut\":\"pretrained\"")

              has
                  (page content)
                  [ "Of the 1,000 training examples of joint it has seen 900 without their labels"
                    "is left out: the model has a pretrained part" ]

              lacks (page (file "0.5" 0)) "without their labels"
              lacks (page (file "0.5" 0)) "is left out"
          }
          test "doubled examples are flagged" {
              has
                  (page (file "0.5" 12))
                  [ "12 of the 9,000 test examples are, number for number, in the training part of joint" ]
          }
          test "parts that are missing or odd leave the rest" {
              for content in [ "{}"; """{"generators":7}"""; """{"generators":[]}""" ] do
                  lacks (page content) "Generated training examples"

              for content in
                  [ """{"generators":[{}]}"""
                    """{"generators":[{"memorisation":{"closer":"x"}}],"classes":[{}],"points":[[1]]}""" ] do
                  has (page content) [ "Memorisation" ]
          } ]
