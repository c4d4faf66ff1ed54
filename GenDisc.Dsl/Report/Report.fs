/// One self-contained page about a run.
module GenDisc.Reporting.Report

open System.IO
open GenDisc.Reporting.Html
open GenDisc.Reporting.Page

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
      section "denoising" "Diffusion" "From noise to samples" (fun () -> DiffusionSection.denoising run numbers)
      section "classes" "Classes" "Classes" (fun () -> ClassesSection.classes run numbers)
      section "diffusion-classes" "Told apart" "Classes told apart by diffusion" (fun () ->
          DiffusionClassesSection.classes run numbers)
      section "calibration" "Calibration" "Calibration" (fun () -> CalibrationSection.calibration run numbers)
      section "posterior" "Uncertainty" "What the model does not know" (fun () ->
          PosteriorSection.posterior run numbers)
      section "mistakes" "Mistakes" "Mistakes" (fun () -> MistakesSection.mistakes run numbers)
      section "forecast" "Forecast" "Forecast" (fun () -> ForecastSection.forecasts run numbers)
      section "predictions" "Predictions" "Predictions" (fun () ->
          (if run.Forecast.IsNone then ForecastSection.baselines run numbers else [])
          @ ResultsSection.predictions run numbers)
      section "residuals" "Residuals" "Residuals" (fun () -> ResidualsSection.residuals run numbers)
      section "images" "Images" "Reconstructions and samples" (fun () -> ResultsSection.pictures run numbers)
      section "plane" "Plane" "In the plane" (fun () -> ResultsSection.plane run numbers)
      section "latent" "Latent space" "Latent space" (fun () -> ResultsSection.latent run numbers)
      section "bound" "Bounds" "The likelihood behind the bound" (fun () -> BoundSection.bound run numbers)
      section "diffusion-bound" "Likelihood" "The likelihood of the diffusion model" (fun () ->
          DiffusionClassesSection.bound run numbers)
      section "features" "Features" "What the model has learned to see" (fun () -> FeaturesSection.features run numbers)
      section "outside" "Foreign data" "Out of distribution" (fun () -> OutsideSection.outside run numbers)
      section "generated" "Generated data" "Generated training examples" (fun () ->
          AugmentationSection.augmentation run numbers)
      section "quality" "Quality" "How good the samples are" (fun () -> QualitySection.quality run numbers)
      section "timing" "Environment" "Timing and environment" (fun () -> Appendix.timing run numbers)
      section "reading" "Notes" "How to read this" (fun () -> Appendix.reading run) ]

let private page (run: RunFolder) =
    Page.html
        $"{run.Name} · GenDisc report"
        (Opening.header run)
        "Written by GenDisc from the files in this run folder. The page holds everything it shows and opens without a network."
        (sections run)

/// Writes `report.html` from the files in a run folder and returns its path. Files that are missing are left out of
/// the report; files that cannot be read are named in it. The page appears complete or not at all. Throws
/// DirectoryNotFoundException when the folder does not exist, IOException when it cannot be written.
let write (folder: string) : string =
    let path = Path.Combine(folder, "report.html")
    GenDisc.Running.Atomic.writeText path (page (ReadRun.read folder))
    path
