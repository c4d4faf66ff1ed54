/// A report as PDF, by what the machine happens to have: LaTeX, else a browser without a window.
module internal GenDisc.Running.Studies.Pdf

open System
open System.ComponentModel
open System.Diagnostics
open System.IO

/// The first run of LaTeX on a machine may have to draw its letters.
let private limit = TimeSpan.FromMinutes 3.0

/// The path of the first of these programs that is on PATH.
let private find (names: string list) =
    let folders =
        match Environment.GetEnvironmentVariable "PATH" with
        | null -> [||]
        | path -> path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)

    let endings = if OperatingSystem.IsWindows() then [ ".exe" ] else [ "" ]

    names
    |> Seq.collect (fun name ->
        folders
        |> Seq.collect (fun folder -> endings |> Seq.map (fun ending -> Path.Combine(folder, name + ending))))
    |> Seq.tryFind File.Exists

/// Runs a program in a folder to its end, its output unread; what went wrong otherwise.
let private perform (folder: string) (program: string) (arguments: string list) =
    let name = Path.GetFileNameWithoutExtension program

    let start =
        ProcessStartInfo(
            program,
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        )

    for argument in arguments do
        start.ArgumentList.Add argument

    try
        match Process.Start start with
        | null -> Error $"{name} did not start"
        | started ->
            use running = started
            running.StandardInput.Close()
            let output = running.StandardOutput.ReadToEndAsync()
            let errors = running.StandardError.ReadToEndAsync()

            if not (running.WaitForExit limit) then
                running.Kill true
                Error $"{name} was stopped after {limit.TotalMinutes} minutes"
            else
                output.Wait()
                errors.Wait()

                if running.ExitCode = 0 then
                    Ok()
                else
                    Error $"{name} ended with code {running.ExitCode}"
    with
    | :? Win32Exception
    | :? InvalidOperationException
    | :? IOException
    | :? AggregateException as e -> Error $"{name}: {e.Message}"

/// The steps in a folder of their own, so that a kill leaves no half-written file beside the report.
let private inCopy (folder: string) (steps: string -> Result<unit, string>) =
    let copy =
        Path.Combine(Path.GetTempPath(), "gendisc-pdf-" + Guid.NewGuid().ToString "N")

    try
        try
            Directory.CreateDirectory(Path.Combine(copy, "figures")) |> ignore

            for name in [ "report.tex"; "references.bib"; "report.html" ] do
                let file = Path.Combine(folder, name)

                if File.Exists file then
                    File.Copy(file, Path.Combine(copy, name))

            let figures = Path.Combine(folder, "figures")

            if Directory.Exists figures then
                for file in Directory.GetFiles(figures, "*.pdf") do
                    File.Copy(file, Path.Combine(copy, "figures", FileInfo(file).Name))

            match steps copy with
            | Error reason -> Error reason
            | Ok() ->
                let made = FileInfo(Path.Combine(copy, "report.pdf"))

                if made.Exists && made.Length > 0L then
                    let path = Path.Combine(folder, "report.pdf")
                    let bytes = File.ReadAllBytes made.FullName
                    GenDisc.Running.Atomic.write path (fun stream -> stream.Write(bytes, 0, bytes.Length))
                    Ok path
                else
                    Error "no PDF came out"
        with
        | :? IOException
        | :? UnauthorizedAccessException as e -> Error e.Message
    finally
        try
            Directory.Delete(copy, true)
        with
        | :? IOException
        | :? UnauthorizedAccessException -> ()

let private latexmk program copy =
    perform copy program [ "-pdf"; "-interaction=nonstopmode"; "-no-shell-escape"; "report.tex" ]

let private tectonic program copy = perform copy program [ "report.tex" ]

/// Three passes, with the bibliography between the first two; a document without citations has none.
let private pdflatex program copy =
    let pass () =
        perform copy program [ "-interaction=nonstopmode"; "-no-shell-escape"; "report.tex" ]

    let bibliography () =
        match find [ "bibtex" ] with
        | Some bibtex -> perform copy bibtex [ "report" ] |> ignore
        | None -> ()

        Ok()

    pass () |> Result.bind bibliography |> Result.bind pass |> Result.bind pass

let private browser program copy =
    perform
        copy
        program
        [ "--headless"
          "--no-sandbox"
          "--disable-gpu"
          "--disable-dev-shm-usage"
          "--disable-background-networking"
          "--no-first-run"
          "--no-pdf-header-footer"
          "--virtual-time-budget=15000"
          "--user-data-dir=" + Path.Combine(copy, "profile")
          "--print-to-pdf=report.pdf"
          Uri(Path.Combine(copy, "report.html")).AbsoluteUri ]

/// Writes `report.pdf` beside `report.tex` and `report.html` of a folder. Its path, or why there is none; never throws
/// for what the machine lacks.
let tryWrite (folder: string) : Result<string, string> =
    let has name = File.Exists(Path.Combine(folder, name))

    let ways =
        [ if has "report.tex" then
              [ "latexmk" ], latexmk
              [ "tectonic" ], tectonic
              [ "pdflatex" ], pdflatex
          if has "report.html" then
              [ "chromium"
                "chromium-browser"
                "google-chrome-stable"
                "google-chrome"
                "chrome"
                "msedge" ],
              browser ]
        |> List.choose (fun (names, way) -> find names |> Option.map way)

    let rec attempt reasons ways =
        match ways with
        | [] when not (has "report.tex" || has "report.html") ->
            Error $"report.pdf is not written: {folder} holds neither report.tex nor report.html."
        | [] when List.isEmpty reasons ->
            Error
                "report.pdf is not written: neither LaTeX (latexmk, pdflatex or tectonic) nor Chromium is installed; report.tex and report.html hold the same."
        | [] -> Error("report.pdf is not written: " + String.Join("; ", List.rev reasons) + ".")
        | way :: rest ->
            match inCopy folder way with
            | Ok path -> Ok path
            | Error reason -> attempt (reason :: reasons) rest

    attempt [] ways
