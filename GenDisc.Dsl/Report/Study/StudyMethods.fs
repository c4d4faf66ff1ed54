/// What was compared, in mathematics: the objective of every row as it was declared, and its terms.
module internal GenDisc.Reporting.StudyMethods

open System
open System.Text.RegularExpressions
open GenDisc.Reporting.Html
open GenDisc.Reporting.Chapter

/// Works behind the words of a declaration.
let private works =
    [ @"\bvae\b|\bbetaVae\b", "kingma2014vae"
      @"\bcvae\b", "sohn2015"
      @"\bm2\b", "kingma2014semi"
      @"\bclassRbm\b", "larochelle2012"
      @"\brbm\b|\bgaussianRbm\b|\bunitGaussianRbm\b|\bcd\b|\bpcd\b", "hinton2002"
      @"\bmcDropout\b", "gal2016"
      @"\bensemble\b", "lakshminarayanan2017"
      @"\bdiffusion\b|\blatentDiffusion\b", "ho2020"
      @"\bunet\b", "ronneberger2015"
      @"\bdiffusion\b(?!.*\blinearNoise\b)", "nichol2021"
      @"\bdiffusion\b(?!.*\bpredicts(Noise|Data)\b)", "salimans2022"
      @"\bdiffusion\b(?!.*\b(ddpm|dpmSolver)\b)", "song2021"
      @"\bdpmSolver\b", "lu2022"
      @"\bdiffusion\b.*\bconditional\b", "ho2021"
      @"\bminSnr\b", "hang2023"
      @"\blatentDiffusion\b|\bencoder\b.*\bdiffusion\b", "rombach2022"
      @"\badamW?\b", "kingma2015adam" ]

let private sources (study: StudyFolder) =
    let all =
        study.File.Rows
        |> List.map (fun row -> row.Source + "\n" + row.Loss)
        |> String.concat "\n"

    // Names may be anything.
    Regex.Replace(all, "\"[^\"]*\"", "\"\"")

/// The works that the rows build on, as citations.
let citations (study: StudyFolder) =
    let source = sources study

    works
    |> List.filter (fun (pattern, _) -> Regex.IsMatch(source, pattern))
    |> List.map snd
    |> List.distinct

/// Rows whose objectives are the same formula stand together.
let private objectives (study: StudyFolder) =
    List.zip study.File.Rows study.Runs
    |> List.map (fun (row, run) ->
        let formula =
            match run |> Option.bind _.Plan with
            | Some plan when not plan.Terms.IsEmpty -> Objective.formula plan.Terms
            | _ -> []

        row, formula)
    |> List.groupBy (fun (row, formula) -> row.Loss, render formula)
    |> List.map (fun (_, members) -> List.map fst members, snd members.Head)

let private titles (study: StudyFolder) (rows: StudyEntry list) =
    rows
    |> List.map (fun row -> if study.File.Kind = "pareto" then row.Title else row.Name)
    |> List.distinct

let private objective (study: StudyFolder) (rows: StudyEntry list, formula: Html list) =
    let declared =
        match rows.Head.Loss with
        | "" -> []
        | loss -> [ text " Declared as "; code loss; text "." ]

    let missing =
        if formula.IsEmpty then
            [ text " Its plan is not at hand, so the objective is not typeset." ]
        else
            []

    Block.Prose(
        p (
            [ strong (Statistics.listed (titles study rows)); text "." ]
            @ declared
            @ missing
        )
        :: formula
    )

/// Each term that any row uses, described once; a term whose formula differs between rows is described for each.
let private terms (study: StudyFolder) =
    study.Models
    |> List.collect (fun (row, run) ->
        match run with
        | Some run ->
            match run.Plan with
            | Some plan -> Formulas.terms plan run.Unit |> List.map (fun term -> row.Name, term)
            | None -> []
        | None -> [])
    |> List.groupBy (fun (_, (title, formula, explanation)) -> title, render (formula @ explanation))
    |> List.map (fun ((title, _), members) ->
        let _, (_, formula, explanation) = members.Head
        title, List.map fst members, formula, explanation)

let private described (study: StudyFolder) =
    let terms = terms study

    let several title =
        (terms |> List.filter (fun (other, _, _, _) -> other = title)).Length > 1

    terms
    |> List.collect (fun (title, names, formula, explanation) ->
        let title = if several title then $"{title} ({Statistics.listed names})" else title

        [ Block.Prose(el "h3" [] [ text title ] :: formula @ [ p explanation ]) ])

let private bound (study: StudyFolder) =
    study.AnyRun
    |> Option.toList
    |> List.append (study.Runs |> List.choose id)
    |> List.tryPick (fun run ->
        match run.Plan |> Option.map (fun plan -> Formulas.bound plan run.Unit) with
        | Some(_ :: _ as formula) -> Some formula
        | _ -> None)
    |> Option.map (fun formula -> [ Block.Prose(el "h3" [] [ text "Evidence lower bound" ] :: formula) ])
    |> Option.defaultValue []

let private scheduled (study: StudyFolder) =
    study.Runs
    |> List.exists (fun run ->
        match run |> Option.bind _.Plan with
        | Some plan -> plan.Terms |> List.exists _.Schedule.IsSome
        | None -> false)

/// What each row learns from, and what learns: rows of the same name at other numbers of labels or weights once.
let private declared (study: StudyFolder) =
    let entries =
        study.File.Rows
        |> List.filter (fun row -> row.Model <> "")
        |> List.distinctBy _.Name

    let one (row: StudyEntry) =
        p
            [ strong (row.Name + ".")
              text " Data "
              code row.Data
              text "; "
              code row.Model
              text "; trained by "
              code row.Training
              text "." ]

    let varied =
        match study.File.Kind with
        | "labelCurve" -> " with the first number of labels,"
        | "pareto" -> " with the first weight,"
        | _ -> ""

    if entries.IsEmpty then
        []
    else
        [ Block.Prose(
              el "h3" [] [ text "The rows" ]
              :: p [ text $"Each row as declared,{varied} experiments inside by name." ]
              :: List.map one entries
          ) ]

/// The section on methods.
let methods (study: StudyFolder) =
    let rows =
        match study.File.Kind, study.File.Names.Length with
        | "pareto", _ -> $"One model is trained with {study.File.Rows.Length} weights of a term of its loss."
        | _, 1 -> "One model is trained."
        | _, n -> $"The {n} models are trained and judged alike."

    let works =
        match citations study with
        | [] -> []
        | keys ->
            let listed =
                keys
                |> List.mapi (fun i key -> if i = 0 then [ cite key ] else [ text ", "; cite key ])
                |> List.concat

            [ text " They build on published methods: "; yield! listed; text "." ]

    let epoch =
        if scheduled study then
            [ text "; "
              MathMl.inlined [ MathMl.mi "t" ]
              text " is the epoch, counted from 1" ]
        else
            []

    [ prose (
          [ text (rows + " Training looks for parameters ")
            MathMl.inlined [ MathMl.mi "θ" ]
            text " that make the objective below small, averaged over the examples of a batch" ]
          @ epoch
          @ [ text "." ]
          @ works
      ) ]
    @ declared study
    @ (objectives study |> List.map (objective study))
    @ described study
    @ bound study
