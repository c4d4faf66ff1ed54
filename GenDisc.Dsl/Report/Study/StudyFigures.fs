/// The figures of a study with their captions.
module internal GenDisc.Reporting.StudyFigures

open GenDisc.Reporting.Html
open GenDisc.Reporting.Chapter
open GenDisc.Reporting.Measures
open GenDisc.Reporting.Panel

let private intervals (study: StudyFolder) =
    if study.File.OneSeed then
        "bootstrap over test examples"
    else
        "Student’s t over seeds"

/// One panel of the width of the text.
let private single label name height (caption: string) (panel: Panel) =
    Block.Figure
        { Label = label
          Caption = [ text caption ]
          Page = PanelPage.draw $"figure-{name}" height panel
          Static = [ StaticPanel.file name StaticStyle.wide panel ] }

/// Panels that share the names of their colours.
let private several label name (names: string list) (caption: string) (panels: Panel list) =
    let files =
        [ if names.Length > 1 then
              StaticPanel.key $"{name}-key" names
          for i, panel in List.indexed panels do
              StaticPanel.file $"{name}-{i + 1}" StaticStyle.half (nameless panel) ]

    Block.Figure
        { Label = label
          Caption = [ text caption ]
          Page = PanelPage.group $"figure-{name}" names panels
          Static = files }

/// Charts of one line a row become higher with the number of rows.
let private ladderHeight rows =
    if rows <= 6 then Chart.Small
    elif rows <= 12 then Chart.Half
    else Chart.Wide

let private comparison (study: StudyFolder) =
    let m = deciding study
    let rows = study.File.Rows.Length

    [ match StudyPanels.seeds study with
      | Some panel ->
          let caption =
              if study.File.OneSeed then
                  $"Test {m.Inside} of every row with its one seed."
              else
                  $"Test {m.Inside} of every seed (small dots), with the mean of each row and its 95 %% interval ({intervals study}) below them."

          single "fig:seeds" "seeds" (ladderHeight rows) caption panel
      | None -> ()
      match StudyPanels.pairedDifferences study with
      | Some panel ->
          let caption =
              if study.File.OneSeed then
                  $"Differences in test {m.Inside} to the first row, with 95 %% intervals ({intervals study}). At the line at zero there is no difference."
              else
                  $"Paired differences in test {m.Inside} to the first row: every seed (small dots), the mean and its 95 %% interval ({intervals study}). At the line at zero there is no difference."

          single "fig:differences" "differences" (ladderHeight (rows - 1)) caption panel
      | None -> () ]

let private curve (study: StudyFolder) =
    let m = deciding study

    [ match StudyPanels.curves study with
      | Some panel ->
          single
              "fig:labels"
              "labels"
              Chart.Wide
              $"Test {m.Inside} over the number of labelled training examples, on a logarithmic axis; bands are 95 %% intervals of the means ({intervals study})."
              panel
      | None -> ()
      match StudyPanels.differenceCurves study with
      | Some panel ->
          single
              "fig:differences"
              "differences"
              Chart.Wide
              $"Paired differences in test {m.Inside} to the first row at the same number of labels; bands are 95 %% intervals. Where a band covers zero, no difference is detected there even before correction."
              panel
      | None -> () ]

let private front (study: StudyFolder) =
    match StudyPanels.fronts study with
    | [] -> []
    | panels ->
        [ several
              "fig:front"
              "front"
              []
              "Figures of every weight against each other, means over seeds; the numbers are the weights, in whose order the grey line runs. Rings mark the front: no other weight is better in one of these figures and at least as good in all others."
              panels ]

/// The figures that answer the question.
let answer (study: StudyFolder) =
    match study.File.Kind with
    | "labelCurve" -> curve study
    | "pareto" -> front study @ comparison study
    | _ -> comparison study

/// Accuracy under corruptions; empty where it was not asked for.
let robustness (study: StudyFolder) =
    match StudyPanels.corruptions study with
    | [] -> []
    | panels ->
        let names = StudyPanels.robustRows study |> List.map _.Title

        [ said
              "Each row was also tested on corrupted copies of the test images; no row was trained on them. Level 0 is the test data themselves."
          several
              "fig:robustness"
              "robustness"
              names
              "Accuracy on the test images over the strength of four corruptions, a line for each row; bands are 95 % intervals."
              panels ]
