namespace GenDisc

open System
open System.Security.Cryptography
open System.Text

/// What the rows of a study differ in.
[<RequireQualifiedAccess>]
type StudyKind =
    /// Rows as they are.
    | Comparison
    /// Each row at each of these numbers of labelled training examples.
    | LabelCurve of counts: int list
    /// One experiment over weights of a term of its loss.
    | Pareto of weights: float list

/// A question put to several experiments on the same data, over seeds: the same splits and the same evaluation for all.
/// The first row is what the others are held against.
type Study =
    {
        Question: string
        Kind: StudyKind
        /// For `Pareto` one for each weight, in their order.
        Rows: Experiment list
        /// In place of the experiments' own, and of those inside them; none: each keeps its own.
        Seeds: int list
        /// The test figure that decides; None: accuracy of classifiers, else rmse, else elbo.
        Metric: string option
        /// Every row is trained for as many floating-point operations as the dearest (of those at its number of labels).
        EqualCompute: bool
        /// Accuracy of every row under noise, blur, rotation and missing pixels too.
        Robustness: bool
    }

    /// The study's own source.
    override this.ToString() =
        let list show items =
            items |> List.map show |> String.concat "; "

        let rows =
            this.Rows |> List.map (fun e -> (e :> IDeclared).Source) |> String.concat "\n  "

        String.concat
            "\n|> "
            [ match this.Kind with
              | StudyKind.Comparison -> $"compare {Show.quoted this.Question} [\n  {rows} ]"
              | StudyKind.LabelCurve counts -> $"labelCurve [ {list Show.integer counts} ] [\n  {rows} ]"
              | StudyKind.Pareto weights ->
                  let pairs =
                      Seq.zip weights this.Rows
                      |> Seq.map (fun (w, e) -> $"{Show.number w}, {(e :> IDeclared).Source}")
                      |> String.concat "\n  "

                  $"pareto [\n  {pairs} ]"
              if not this.Kind.IsComparison then
                  $"asking {Show.quoted this.Question}"
              if not this.Seeds.IsEmpty then
                  $"overSeeds [ {list Show.integer this.Seeds} ]"
              match this.Metric with
              | Some metric -> $"judgedBy {Show.quoted metric}"
              | None -> ()
              if this.EqualCompute then
                  "equalCompute"
              if this.Robustness then
                  "robustness" ]

module Study =
    let internal start question kind rows =
        { Question = question
          Kind = kind
          Rows = rows
          Seeds = []
          Metric = None
          EqualCompute = false
          Robustness = false }

    /// The study as its own source.
    let show (study: Study) = string study

    /// A name that a folder may have, from a question: `does-a-generative-front-end-help`.
    let slug (question: string) =
        let kept =
            question.ToLowerInvariant()
            |> String.map (fun c -> if Char.IsAsciiLetterOrDigit c then c else '-')

        let words = kept.Split('-', StringSplitOptions.RemoveEmptyEntries)
        let joined = String.Join("-", words)
        let short = joined.Substring(0, min 48 joined.Length).TrimEnd('-')
        if short = "" then "study" else short

    /// The identity of something by its source: a slug, then the first 8 hexadecimal digits of the SHA-256 of the source.
    let internal idOf (question: string) (source: string) =
        let hash = SHA256.HashData(Encoding.UTF8.GetBytes source)
        $"{slug question}-{Convert.ToHexStringLower(hash).Substring(0, 8)}"

    /// The study's identity, safe as the name of a folder.
    let id (study: Study) = idOf study.Question (show study)

/// The words for studies, which `open GenDisc` brings into a script.
[<AutoOpen>]
module StudyLanguage =
    /// A question and the experiments that answer it, trained and judged alike; the first is what the others are held
    /// against: `compare "Does it help?" [ baseline; hybrid ] |> overSeeds [ 1..5 ] |> run`.
    let compare question (rows: Experiment list) =
        Study.start question StudyKind.Comparison rows

    /// Each experiment at each of these numbers of labelled training examples, in place of its own `take` or
    /// `semiSupervised`, and of those of the generators it draws from. Experiments that stand in a model keep their data, and
    /// so must not learn from more labels themselves.
    let labelCurve counts (rows: Experiment list) =
        Study.start "How much does each model make of few labels?" (StudyKind.LabelCurve counts) rows

    /// One experiment over weights of a term of its loss, each with the experiment of that weight:
    /// `pareto [ for w in [ 0.0; 0.01; 0.1 ] do w, { hybrid with Loss = w * elbo + crossEntropy } ]`.
    let pareto (rows: (float * Experiment) list) =
        Study.start
            "Which weight of the generative term is best, and for what?"
            (StudyKind.Pareto(List.map fst rows))
            (List.map snd rows)

    /// Puts another question over a study.
    let asking question (study: Study) = { study with Question = question }

    /// Runs every row with each of these seeds, those inside it too, so that rows are compared seed by seed.
    let overSeeds (seeds: int list) (study: Study) = { study with Seeds = seeds }

    /// Lets this test figure decide, such as "accuracy", "ece", "elbo" or "rmse".
    let judgedBy metric (study: Study) = { study with Metric = Some metric }

    /// Trains every row for as many floating-point operations as the dearest one (at its number of labels), what it is built
    /// on included, by other numbers of epochs.
    let equalCompute (study: Study) = { study with EqualCompute = true }

    /// Adds the accuracy of every row under growing noise, blur, rotation and missing pixels.
    let robustness (study: Study) = { study with Robustness = true }
