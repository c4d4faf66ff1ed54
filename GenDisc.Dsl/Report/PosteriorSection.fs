/// What a model with several predictions for each example knows of its own ignorance.
module internal GenDisc.Reporting.PosteriorSection

open GenDisc.Reporting.Chart
open GenDisc.Reporting.Html
open GenDisc.Reporting.MathMl

let private given a b = row [ mo "("; a; mo "∣"; b; mo ")" ]

let private y = mi "y"
let private x = mi "x"
let private weights = mi "ω"
let private entropy body = row [ mi "ℍ"; brackets body ]

/// The predictive, its entropy, and what members disagree about.
let private formulas members =
    let last =
        members
        |> Option.map (GenDisc.Show.integer >> mn)
        |> Option.defaultValue (mi "S")

    let one = row [ sub (mi "p") (mi "s"); given y x ]
    let predictive = row [ mi "p"; given y x ]
    let mean = row [ frac (mn "1") last; sum "s" last ]

    [ display [ predictive; mo "="; mean; one ]
      display
          [ row [ mi "𝕀"; parens [ y; mo ","; weights; mo "∣"; x ] ]
            mo "="
            entropy [ predictive ]
            mo "−"
            mean
            entropy [ one ] ] ]

let private words (run: RunFolder) (file: PosteriorFile) =
    let nats name =
        run.Metric $"test.{name}" |> figureOf (Number.decimals 4)

    let members =
        match file.Members with
        | Some 1 -> "a single prediction, so that nobody disagrees"
        | Some n when run.IsEnsemble -> $"the predictions of {n} trained models"
        | Some n -> $"{n} predictions with other dropout masks each, draws of the weights"
        | None -> "several predictions"

    let total, known, learnable =
        nats "predictiveEntropy", nats "expectedEntropy", nats "mutualInformation"

    [ p
          [ text
                $"The model’s class probabilities are the mean of {members}. The entropy of that mean is the whole uncertainty; the mean of the members’ entropies is what would stay if the weights were known; and the difference, the mutual information of label and weights, is what more data could teach the model (Houlsby et al. 2011). On the test data they are {total}, {known} and {learnable} nats on average." ] ]

let private histogram (file: PosteriorFile) (numbers: Numbering) =
    let shares (counts: float[]) =
        let total = Array.sum counts
        counts |> Array.map (fun c -> 100.0 * c / total)

    let sides =
        [ "right", colour 0, file.Right; "wrong", colour 3, file.Wrong ]
        |> List.filter (fun (_, _, counts) -> Plot.isHistogram file.Edges counts)

    [ if not sides.IsEmpty then
          figure
              "figure-entropy"
              "Predictive entropy of right and wrong predictions"
              (plain Half)
              [ for name, colour, counts in sides -> Plot.steps name colour file.Edges (shares counts) ]
              (Plot.layout "predictive entropy in nats" "share of predictions in %" true)
              (numbered
                  (numbers.Figure())
                  [ text
                        "Predictive entropy of the test examples that the model names right, and of those that it names wrong. A model that knows what it does not know is unsure where it is wrong." ]) ]

let private orderName name =
    match name with
    | "predictiveEntropy" -> "by predictive entropy"
    | "mutualInformation" -> "by mutual information"
    | other -> other

let private rejection (file: PosteriorFile) (numbers: Numbering) =
    let curves =
        file.Rejection
        |> List.filter (fun c ->
            c.Points
            |> Seq.filter (fun (a, b) -> System.Double.IsFinite(a + b))
            |> Seq.length
                >
                1)

    [ if not curves.IsEmpty then
          figure
              "figure-rejection"
              "Accuracy by share of rejected examples"
              (plain Half)
              [ for i, c in List.indexed curves do
                    Plot.line
                        (orderName c.Name)
                        (colour i)
                        (if i = 0 then "solid" else "dash")
                        1.0
                        (c.Points |> Array.map (fun (a, b) -> 100.0 * a, 100.0 * b)) ]
              (Plot.layout "share rejected in %" "accuracy of the rest in %" (curves.Length > 1))
              (numbered
                  (numbers.Figure())
                  [ text
                        "Accuracy of the test examples that are kept when those that the model is least sure of are left to somebody else. The steeper the curve rises, the better the order." ]) ]

/// Formulas, figures and what they mean; nothing for a model of one prediction.
let posterior (run: RunFolder) (numbers: Numbering) =
    match run.Posterior with
    | None -> []
    | Some file ->
        let charts = histogram file numbers @ rejection file numbers

        words run file
        @ formulas file.Members
        @ (if charts.IsEmpty then [] else [ div "charts" charts ])
