/// The sections that read files in `figures/`.
module GenDisc.Dsl.Tests.Report.SectionTests

open System.Text.Json
open System.Text.RegularExpressions
open Expecto
open GenDisc.Reporting
open GenDisc.Dsl.Tests.Report.Pages

let private regression = alone "figures/regression.json"

let tests =
    testList
        "Sections"
        [ test "every section whose files exist is there, in order" {
              Expect.equal
                  (ids (fst (pageOf FigureFixture.images)))
                  [ "data"
                    "loss"
                    "training"
                    "results"
                    "classes"
                    "calibration"
                    "mistakes"
                    "features"
                    "outside"
                    "timing"
                    "reading" ]
                  "images"

              Expect.equal
                  (ids (fst (pageOf FigureFixture.sequences)))
                  [ "data"; "training"; "results"; "classes"; "mistakes"; "timing"; "reading" ]
                  "sequences"

              Expect.equal
                  (ids (fst (pageOf FigureFixture.forecasting)))
                  [ "loss"
                    "training"
                    "results"
                    "forecast"
                    "predictions"
                    "residuals"
                    "features"
                    "timing"
                    "reading" ]
                  "forecasting"
          }
          test "figures and tables are numbered in the order of the page" {
              for name, write in
                  [ "images", FigureFixture.images
                    "sequences", FigureFixture.sequences
                    "forecasting", FigureFixture.forecasting ] do
                  let _, page = pageOf write

                  for kind in [ "Figure"; "Table" ] do
                      let found =
                          [ for m in Regex.Matches(page, kind + @" (\d+)\. ") -> int m.Groups[1].Value ]

                      Expect.equal found [ 1 .. found.Length ] $"{name}: {kind}"
          }
          test "metrics have names, units and intervals" {
              let _, page = pageOf FigureFixture.images

              has
                  page
                  [ "Accuracy 96.20 % 92.38 % (91.86–92.91) higher"
                    "Log loss, nats 0.110 0.231 (0.220–0.242) lower"
                    "Top-2 accuracy – 98.10 % higher"
                    "Macro F1 (mean over classes) – 92.31 % (91.80–92.84) higher"
                    "Area under ROC curve, mean over classes – 0.9951 (0.9942–0.9960) higher"
                    "Expected calibration error (ECE) – 3.45 % lower"
                    "Temperature of the scaling – 1.314"
                    "95 % bootstrap intervals from 1,000 resamples"
                    "95 % interval 91.86–92.91 %" ]

              Expect.isFalse (page.Contains "Wilson interval of the") "no Wilson interval of the accuracy"
          }
          test "without a bootstrap the accuracy keeps its Wilson interval" {
              let _, page =
                  pageOf (fun folder ->
                      FigureFixture.images folder
                      Fixture.put folder "figures/evaluation.json" """{"intervals":{"logLoss":[0.2,0.3]}}""")

              has page [ "92.38 % (91.84–92.88)"; "and the 95 % Wilson interval of the accuracy" ]
          }
          test "sequences of many classes and features stay readable" {
              let series count features =
                  [ for i in 0 .. 2 * count - 1 ->
                        $"""{{"class":{i / 2},"values":[{String.concat "," (List.replicate features "[0,1,null,2]")}]}}""" ]
                  |> String.concat ","

              let drawn content =
                  let write = alone "figures/sequences.json" content
                  snd (pageOf write), figuresOf write

              let lines (figure: JsonElement) =
                  (figure.GetProperty "data").GetArrayLength()

              let page, figures = drawn $"""{{"series":[{series 14 5}]}}"""

              has
                  page
                  [ "One training sequence of each class; each line is one of 5 features. Shown are the first 12 of 14 classes. Values are standardised, as the model sees them." ]

              Expect.equal (figures |> List.map (snd >> lines)) (List.replicate 12 5) "one example with five features"
              let page, figures = drawn $"""{{"series":[{series 2 1}]}}"""
              has page [ "Up to 2 training sequences of each class; the first is drawn in full colour." ]
              Expect.equal (figures |> List.map (snd >> lines)) [ 2; 2 ] "two examples with one feature"
              let page, figures = drawn """{"series":[{"values":[[1,2]]}]}"""
              has page [ "One training sequence." ]
              Expect.equal figures.Length 1 "no class"
              let y = firstHeights figures
              Expect.equal (y.GetRawText()) "[1.0,2.0]" "values over time"
          }
          test "numbers that are missing leave a gap in a line" {
              let figures =
                  figuresOf (alone "figures/sequences.json" """{"series":[{"class":0,"values":[[1,null,3]]}]}""")

              let y = firstHeights figures
              Expect.equal (y.GetRawText()) "[1.0,null,3.0]" "gap"
          }
          test "calibration says what scaling does" {
              let _, page = pageOf FigureFixture.images

              has
                  page
                  [ "differ by 3.45 % on average"
                    "fitted on 6,000 validation examples, 1.314; above 1, so the model was too sure of itself."
                    "It takes the calibration error from 3.45 % to 0.61 % and the log loss from 0.2512 nats to 0.2312 nats, and changes no" ]

              let _, page =
                  pageOf (
                      alone
                          "figures/evaluation.json"
                          """{"reliability":{"temperature":1.04,"eceBefore":0.0201,"eceAfter":0.02011,"logLossBefore":0.3,"logLossAfter":0.2}}"""
                  )

              has
                  page
                  [ "1.040; close to 1, so there was little to correct."
                    "It takes the log loss from 0.3000 nats to 0.2000 nats, leaves the calibration error at 2.01 %, and changes no" ]
          }
          test "of two classes one curve says all, and its caption says of which" {
              let write (folder: string) =
                  Fixture.put folder "result.json" """{"name":"x","status":"done","classes":["cat","dog"]}"""

                  Fixture.put
                      folder
                      "figures/evaluation.json"
                      """{"classes":[{"rocAuc":0.9,"prAuc":0.9},{"rocAuc":0.9,"prAuc":0.8}],"roc":[{"class":1,"points":[[0,0],[0.5,1],[1,1]]}],
"precisionRecall":[{"class":1,"points":[[0,1],[1,0.5]]}]}"""

              has
                  (snd (pageOf write))
                  [ "ROC curve of “dog” against “cat”: share"
                    "Precision–recall curve of “dog” against “cat”. Guessing" ]

              has (snd (pageOf FigureFixture.images)) [ "ROC curves, each class against all others: share" ]
          }
          test "a missing temperature has a reason" {
              let sentence validation =
                  let write (folder: string) =
                      Fixture.put
                          folder
                          "result.json"
                          $"""{{"name":"x","status":"done","metrics":{{}},"counts":{{"validation":{validation}}}}}"""

                      Fixture.put folder "figures/evaluation.json" """{"reliability":{"eceBefore":0.1}}"""

                  snd (pageOf write)

              has (sentence 0) [ "No temperature is fitted: there are no validation examples to fit it on." ]

              has
                  (sentence 5)
                  [ "No temperature is fitted: that takes at least 50 validation examples, and there are 5." ]

              Expect.isFalse ((sentence 50).Contains "No temperature") "of a file that lacks it there is nothing to say"
          }
          test "classes have areas, and mistakes are listed in the order of their pictures" {
              let markup, page = pageOf FigureFixture.images

              has
                  page
                  [ "Class Precision Recall F1 ROC-AUC PR-AUC Support"
                    "0.9990 0.9900"
                    "among the two most probable classes for 98.10 % of the test examples and among the three most probable for 99.34 %"
                    "T-shirt → trouser (99.9 %) trouser → coat (99.5 %)" ]

              Expect.isFalse (markup.Contains "<b>boot") "class names stay text"
          }
          test "foreign data" {
              let markup, page = pageOf FigureFixture.images

              has
                  page
                  [ "Largest class probability 0.8712 (0.8662–0.8762) 51.2 %"
                    "10,000 test examples against 10,000" ]

              Expect.isFalse (markup.Contains "fashionMnist <i>") "the name stays text"
          }
          test "a forecast is set beside the best naive rule" {
              let _, page = pageOf FigureFixture.forecasting

              has
                  page
                  [ "A forecasting model with"
                    "it predicts with a root mean squared error of 23.00 spots, 14.9 % below that of the best naive rule, persistence."
                    "Test RMSE 23.00 spots, 95 % interval 21.41–24.72"
                    "Test MASE 0.862"
                    "Persistence repeats the last value. The seasonal-naive rule repeats the value one season before; in brackets, the season’s steps."
                    "divided by that of the seasonal-naive rule on the training data"
                    "this model 23.00 16.70 0.862 528.9 0.882"
                    "mean 70.00 55.20 – 4,900"
                    "Ljung–Box test over 20 lags: Q = 41.03, p = 0.004: the residuals are correlated in time"
                    "2,000 of 3,000 test examples" ]
          }
          test "errors of standardised targets are told from those in their own units" {
              let written standardised folder =
                  FigureFixture.forecasting folder

                  Fixture.put
                      folder
                      "metrics.jsonl"
                      """{"epoch":1,"train":{"loss":0.5,"mse":0.5},"validation":{"loss":0.6,"mse":0.6}}"""

                  Fixture.put folder "figures/regression.json" $"""{{"standardised":{standardised}}}"""

              let said =
                  [ "The model is trained on standardised targets: squared errors in the loss are in units of the training targets’ variance; MSE, RMSE and MAE are in the targets’ own units (spots)."
                    "Loss. The weighted sum that training makes small. Squared errors in it are those of standardised targets."
                    "Squared error. Squared distance from the standardised target: in units of the training targets’ variance" ]

              has (snd (pageOf (written "true"))) said
              let _, page = pageOf (written "false")
              Expect.isFalse (page.Contains "standardised") "nothing of it where they were not"
          }
          test "a model that is worse than the rule says so" {
              let _, page =
                  pageOf (
                      regression
                          """{"baselines":[{"name":"mean","rmse":2},{"name":"<b>zero","rmse":4}],"model":{"rmse":2.5},"residuals":{"ljungBox":{"lags":5,"statistic":1.5,"p":0.91}}}"""
                  )

              has
                  page
                  [ "25.0 % above that of the best naive rule, mean"
                    "<b>zero"
                    "p = 0.910: no sign of correlation" ]
          }
          test "a margin compares like with like" {
              let errors name rmse mae : Errors =
                  { Name = name
                    Mse = None
                    Rmse = rmse
                    Mae = mae
                    Mase = None
                    R2 = None }

              let file baselines model : RegressionFile =
                  { Baselines = baselines
                    Limit = None
                    Model = model
                    Standardised = false
                    Fitted = [||]
                    Edges = [||]
                    Counts = [||]
                    Acf = [||]
                    Band = None
                    LjungBox = None }

              let a, b = errors "a" (Some 4.0) (Some 1.0), errors "b" (Some 2.0) (Some 3.0)
              let rmse = file [ a; b ] (Some(errors "" (Some 1.5) None))
              Expect.equal rmse.Margin (Some("b", "root mean squared error", 0.25)) "squared"
              let mae = file [ a; b ] (Some(errors "" None (Some 1.5)))
              Expect.equal mae.Margin (Some("a", "mean absolute error", -0.5)) "absolute"
              Expect.isNone (file [ a; b ] None).Margin "no model"
              Expect.isNone (file [] (Some a)).Margin "no rule"
              Expect.isNone (file [ errors "0" (Some 0.0) None ] (Some a)).Margin "a perfect rule"
          }
          test "thinning keeps the ends and never exceeds its limit" {
              Expect.equal (Plot.thin 3 [| 0..10 |]) [| 0; 5; 10 |] "three of eleven"
              Expect.equal (Plot.thin 5 [| 1; 2 |]) [| 1; 2 |] "few enough"
              Expect.equal (Plot.thin 2000 [| 0..99999 |]).Length 2000 "many"

              for id, figure in figuresOf FigureFixture.forecasting do
                  for trace in (figure.GetProperty "data").EnumerateArray() do
                      Expect.isLessThanOrEqual ((trace.GetProperty "x").GetArrayLength()) 2000 id
          }
          test "histograms are step lines over their edges" {
              let figure =
                  figuresOf FigureFixture.forecasting
                  |> List.find (fst >> (=) "figure-residual-histogram")
                  |> snd

              let first = (figure.GetProperty "data")[0]
              let x, y = first.GetProperty "x", first.GetProperty "y"
              Expect.equal (x.GetArrayLength(), y.GetArrayLength()) (33, 33) "31 edges and both feet"

              Expect.equal
                  (x[0].GetDouble(), x[1].GetDouble(), x[32].GetDouble())
                  (-75.0, -75.0, 75.0)
                  "from the first edge to the last"

              Expect.equal (y[0].GetDouble(), y[32].GetDouble()) (0.0, 0.0) "stands on the axis"
          } ]
