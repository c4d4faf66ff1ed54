/// One self-contained page about a run.
module GenDisc.Reporting.Report

open System
open System.IO
open System.Reflection
open GenDisc.Reporting.Html

let private resource (assembly: Assembly) (name: string) =
    match assembly.GetManifestResourceStream name with
    | null -> invalidOp $"{assembly.GetName().Name} holds no resource {name}"
    | stream ->
        use reader = new StreamReader(stream)
        reader.ReadToEnd()

let private own name =
    resource (Assembly.GetExecutingAssembly()) ("GenDisc.Reporting." + name)

/// plotly.js, from the Plotly.NET package: no copy of it lives in this repository.
let private plotly =
    lazy (resource (typeof<Plotly.NET.GenericChart>.Assembly) "Plotly.NET.plotly-2.28.0.min.js")

/// A script element ends at the first `</script`, wherever it stands.
let private inlineScript (script: string) =
    el "script" [] [ raw (script.Replace("</script", "<\\/script", StringComparison.OrdinalIgnoreCase)) ]

/// The browser is told to load nothing from anywhere, so the page is the same with and without a network.
let private policy =
    "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"

type private Section =
    {
        Id: string
        /// Short name in the navigation.
        Short: string
        Title: string
        Body: Html list
    }

/// A section that fails says so and leaves the rest of the report standing.
let private section id short title (build: unit -> Html list) =
    let body =
        try
            build ()
        with e ->
            [ el "div" [ "class", "banner"; "role", "note" ] [ strong "Left out. "; text e.Message ] ]

    { Id = id
      Short = short
      Title = title
      Body = body }

let private sections (run: RunFolder) =
    let numbers = Numbering()

    [ section "asked" "Source" "What was asked" (fun () -> Opening.asked run)
      section "data" "Data" "The data" (fun () -> DataSection.data run numbers)
      section "model" "Model" "The model" (fun () -> ModelSection.model run numbers)
      section "loss" "Loss" "The loss" (fun () -> ModelSection.mathematics run)
      section "training" "Training" "Training" (fun () -> Procedure.procedure run @ Curves.curves run numbers)
      section "results" "Results" "Results" (fun () -> Metrics.table run numbers)
      section "machine" "Machine" "Is the machine right?" (fun () -> BoltzmannSection.machine run numbers)
      section "ising" "Ising" "The physics of the lattice" (fun () -> IsingSection.ising run numbers)
      section "energy" "Energy" "The energy" (fun () -> EnergySection.energy run numbers)
      section "classes" "Classes" "Classes" (fun () -> ClassesSection.classes run numbers)
      section "calibration" "Calibration" "Calibration" (fun () -> CalibrationSection.calibration run numbers)
      section "mistakes" "Mistakes" "Mistakes" (fun () -> MistakesSection.mistakes run numbers)
      section "forecast" "Forecast" "Forecast" (fun () -> ForecastSection.forecasts run numbers)
      section "predictions" "Predictions" "Predictions" (fun () ->
          (if run.Forecast.IsNone then ForecastSection.baselines run numbers else [])
          @ ResultsSection.predictions run numbers)
      section "residuals" "Residuals" "Residuals" (fun () -> ResidualsSection.residuals run numbers)
      section "images" "Images" "Reconstructions and samples" (fun () -> ResultsSection.pictures run numbers)
      section "plane" "Plane" "In the plane" (fun () -> ResultsSection.plane run numbers)
      section "latent" "Latent space" "Latent space" (fun () -> ResultsSection.latent run numbers)
      section "features" "Features" "What the model has learned to see" (fun () -> FeaturesSection.features run numbers)
      section "outside" "Foreign data" "Out of distribution" (fun () -> OutsideSection.outside run numbers)
      section "timing" "Environment" "Timing and environment" (fun () -> Appendix.timing run numbers)
      section "reading" "Notes" "How to read this" (fun () -> Appendix.reading run) ]
    |> List.filter (fun s -> not s.Body.IsEmpty)

let private page (run: RunFolder) =
    let sections = sections run

    let navigation =
        el
            "nav"
            [ "aria-label", "Contents" ]
            [ el
                  "ul"
                  []
                  (sections
                   |> List.map (fun s -> el "li" [] [ el "a" [ "href", "#" + s.Id ] [ text s.Short ] ])) ]

    let body =
        sections
        |> List.map (fun s -> el "section" [ "id", s.Id ] (el "h2" [] [ text s.Title ] :: s.Body))

    let hasFigures = (render body).Contains "data-figure="

    let scripts =
        if hasFigures then
            [ inlineScript plotly.Value; inlineScript (own "report.js") ]
        else
            []

    let head =
        el
            "head"
            []
            [ el "meta" [ "charset", "utf-8" ] []
              el "meta" [ "name", "viewport"; "content", "width=device-width, initial-scale=1" ] []
              el "meta" [ "http-equiv", "Content-Security-Policy"; "content", policy ] []
              el "title" [] [ text $"{run.Name} · GenDisc report" ]
              el "style" [] [ raw (own "report.css") ] ]

    let footer =
        el
            "footer"
            []
            [ text
                  "Written by GenDisc from the files in this run folder. The page holds everything it shows and opens without a network." ]

    let main = [ Opening.header run; navigation; el "main" [] body; footer ] @ scripts

    "<!DOCTYPE html>\n"
    + render [ el "html" [ "lang", "en" ] [ head; el "body" [] main ] ]
    + "\n"

/// Writes `report.html` from the files in a run folder and returns its path. Files that are missing are left out of
/// the report; files that cannot be read are named in it. The page appears complete or not at all. Throws
/// DirectoryNotFoundException when the folder does not exist, IOException when it cannot be written.
let write (folder: string) : string =
    let path = Path.Combine(folder, "report.html")
    GenDisc.Running.Atomic.writeText path (page (ReadRun.read folder))
    path
