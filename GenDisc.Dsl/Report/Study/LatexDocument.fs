/// A study's report as LaTeX source for the article class; only packages that every distribution has.
module internal GenDisc.Reporting.LatexDocument

open System
open GenDisc.Reporting.Html
open GenDisc.Reporting.Chapter
open GenDisc.Reporting.LatexText
open GenDisc.Reporting.LatexNodes

let private inside nodes =
    nodes |> List.map prose |> String.concat "" |> _.Trim()

/// What is wider than the text is made narrower as a whole.
let private preamble =
    """\documentclass[11pt,a4paper]{article}
\usepackage{iftex}
\ifPDFTeX
  \usepackage[T1]{fontenc}
  \usepackage[utf8]{inputenc}
  \IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\fi
\usepackage{textcomp}
\usepackage[margin=25mm]{geometry}
\usepackage{amsmath,amssymb}
\usepackage{array,booktabs,longtable}
\usepackage{graphicx}
\usepackage{hyperref}
\hypersetup{hidelinks}
\newsavebox{\fittedbox}
\newenvironment{fitted}{\begin{lrbox}{\fittedbox}}{\end{lrbox}%
  \ifdim\wd\fittedbox>\textwidth\resizebox{\textwidth}{!}{\usebox{\fittedbox}}\else\usebox{\fittedbox}\fi}
\newcommand{\fittedmath}[1]{\sbox{\fittedbox}{$\displaystyle #1$}%
  \ifdim\wd\fittedbox>\textwidth\resizebox{\textwidth}{!}{\usebox{\fittedbox}}\else\usebox{\fittedbox}\fi}
\setlength{\parindent}{0pt}
\setlength{\parskip}{0.6em}
\emergencystretch=3em
\renewcommand{\topfraction}{0.9}
\renewcommand{\bottomfraction}{0.8}
\renewcommand{\textfraction}{0.05}
\renewcommand{\floatpagefraction}{0.8}
\setcounter{topnumber}{4}
\setcounter{totalnumber}{6}
"""

/// Words of more letters than this go on in a second line of their cell.
let private widest = 24

let private alignment (t: TableBlock) =
    let longest column =
        t.Rows
        |> List.map (fun row -> row |> List.item column |> List.sumBy (textOf >> String.length))
        |> List.fold max 0

    t.Columns
    |> List.mapi (fun i (_, align) ->
        if align = Align.Right then "r"
        elif longest i > widest then ">{\\raggedright\\arraybackslash}p{34mm}"
        else "l")
    |> String.concat ""

let private cells (row: Html list list) =
    (row |> List.map inside |> String.concat " & ") + " \\\\\n"

let private head columns =
    (columns |> List.map (fst >> escape) |> String.concat " & ") + " \\\\\n"

let private table (t: TableBlock) =
    let body = t.Rows |> List.map cells |> String.concat ""

    if t.Long then
        String.concat
            ""
            [ "{\\footnotesize\\setlength{\\tabcolsep}{4pt}\n"
              $"\\begin{{longtable}}{{{alignment t}}}\n"
              $"\\caption{{{inside t.Caption}}}\\label{{{t.Label}}}\\\\\n"
              "\\toprule\n"
              head t.Columns
              "\\midrule\n\\endfirsthead\n\\toprule\n"
              head t.Columns
              "\\midrule\n\\endhead\n\\bottomrule\n\\endfoot\n"
              body
              "\\end{longtable}\n}\n" ]
    else
        String.concat
            ""
            [ "\\begin{table}[htbp]\n\\centering\n"
              $"\\caption{{{inside t.Caption}}}\n\\label{{{t.Label}}}\n\\vspace{{1ex}}\n"
              "\\small\\setlength{\\tabcolsep}{4pt}\n\\begin{fitted}\n"
              $"\\begin{{tabular}}{{{alignment t}}}\n\\toprule\n"
              head t.Columns
              "\\midrule\n"
              body
              "\\bottomrule\n\\end{tabular}%\n\\end{fitted}\n\\end{table}\n" ]

/// Pictures of the width of the text stand alone, narrower ones in pairs.
let private pictures (f: FigureBlock) =
    let alone (picture: Static) = picture.Width > 300.0

    let include' width (picture: Static) =
        $"\\includegraphics[width={width}]{{figures/{picture.File}.pdf}}"

    let rec rows (pictures: Static list) =
        match pictures with
        | one :: rest when alone one -> include' "\\textwidth" one :: rows rest
        | a :: b :: rest when not (alone b) ->
            (include' "0.49\\textwidth" a + "\\hfill\n" + include' "0.49\\textwidth" b)
            :: rows rest
        | one :: rest -> include' "0.49\\textwidth" one :: rows rest
        | [] -> []

    rows f.Static |> String.concat "\\\\[1ex]\n"

let private figure (f: FigureBlock) =
    String.concat
        ""
        [ "\\begin{figure}[htbp]\n\\centering\n"
          pictures f
          $"\n\\caption{{{inside f.Caption}}}\n\\label{{{f.Label}}}\n\\end{{figure}}\n" ]

let private block block =
    match block with
    | Block.Prose nodes -> nodes |> List.map prose |> String.concat ""
    | Block.Table t -> "\n" + table t
    | Block.Figure f -> if f.Static.IsEmpty then "" else "\n" + figure f
    | Block.Listing source -> "\n" + verbatim source

/// Tables and figures appear before the next section begins.
let private hasFloats (section: Section) =
    section.Blocks
    |> List.exists (fun block ->
        match block with
        | Block.Figure _ -> true
        | Block.Table t -> not t.Long
        | _ -> false)

/// The document. `abstract'` is what the page's head says.
let document (title: string) (date: string) (abstract': string list) (sections: Section list) =
    let sections = sections |> List.filter (fun section -> not section.Blocks.IsEmpty)

    let body =
        sections
        |> List.map (fun section ->
            $"\n\\section{{{escape section.Title}}}\n\\label{{sec:{section.Id}}}\n"
            + (section.Blocks |> List.map block |> String.concat "")
            + (if hasFloats section && (section.Id = "results" || section.Id = "robustness") then
                   "\n\\clearpage\n"
               else
                   ""))
        |> String.concat ""

    let summary =
        match abstract' with
        | [] -> ""
        | sentences ->
            "\\begin{abstract}\n"
            + String.Join(" ", sentences |> List.map escape)
            + "\n\\end{abstract}\n"

    let works =
        if (cited sections).IsEmpty then
            ""
        else
            "\n\\bibliographystyle{plain}\n\\bibliography{references}\n"

    String.concat
        ""
        [ "% Written by GenDisc from study.json and the run folders beside this one.\n"
          preamble
          $"\\title{{{escape title}}}\n\\author{{}}\n\\date{{{escape date}}}\n"
          "\n\\begin{document}\n\\maketitle\n"
          summary
          body
          works
          "\n\\end{document}\n" ]
