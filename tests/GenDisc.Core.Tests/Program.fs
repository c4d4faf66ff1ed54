module GenDisc.Core.Tests.Program

open Expecto
open GenDisc.Core.Runtime

let private tests =
    testList
        "GenDisc.Core"
        [ Data.DatasetTests.tests
          Data.SplitsTests.tests
          Data.BatchesTests.tests
          Data.HiddenLabelsTests.tests
          Data.BinarisedTests.tests
          Data.Readers.IdxTests.tests
          Data.Readers.CifarTests.tests
          Data.Readers.TsFileTests.tests
          Data.Readers.CsvSeriesTests.tests
          Data.Readers.CsvTableTests.tests
          Data.Readers.ImageFolderTests.tests
          Data.Readers.PixelCacheTests.tests
          Data.Readers.HostilePicturesTests.tests
          Data.Readers.ResamplingTests.tests
          Data.Tables.TableTests.tests
          Data.Store.DownloaderTests.tests
          Data.Store.DataStoreTests.tests
          Data.Store.ArchiveTests.tests
          Data.Synthetic.GeneratedTests.tests
          Data.Synthetic.StrokeDigitsTests.tests
          Data.Synthetic.PlanarTests.tests
          Data.Synthetic.OscillationsTests.tests
          Data.Synthetic.TrajectoriesTests.tests
          Data.Synthetic.Ising.IsingExactTests.tests
          Data.Synthetic.Ising.IsingSamplerTests.tests
          Data.Synthetic.Ising.IsingDataTests.tests
          Data.WindowsTests.tests
          Data.WindowGapsTests.tests
          Data.WindowTroubleTests.tests
          Data.StandardiseTests.tests
          Data.Augmenting.AugmenterTests.tests
          Data.Augmenting.RotateTests.tests
          Data.Corrupting.CorrupterTests.tests
          Runtime.RandomStreamTests.tests
          Runtime.StreamsTests.tests
          Runtime.ElfVersionsTests.tests
          Runtime.TorchRuntimeTests.tests
          Runtime.MachineInfoTests.tests
          Runtime.ExcessMemoryTests.tests
          Losses.BernoulliLogLikelihoodTests.tests
          Losses.GaussianLogLikelihoodTests.tests
          Losses.GaussianKlTests.tests
          Losses.CrossEntropyTests.tests
          Losses.SquaredErrorTests.tests
          Modules.AffineTests.tests
          Modules.ConvolutionTests.tests
          Modules.DropoutTests.tests
          Modules.NormalisationTests.tests
          Modules.PureTests.tests
          Modules.ResidualTests.tests
          Modules.ChainTests.tests
          Modules.LikelihoodTests.tests
          Modules.BottleneckTests.tests
          Modules.M2Tests.tests
          Modules.SequenceLengthsTests.tests
          Modules.RecurrentTests.tests
          Modules.SummariesTests.tests
          Modules.Convolution1dTests.tests
          Modules.StepAffineTests.tests
          Modules.NoiseTests.tests
          Modules.EmbeddingTests.tests
          Modules.RescaleTests.tests
          Modules.Denoising.UNetTests.tests
          Kernels.Convolutions.ConvolutionBlockTests.tests
          Kernels.Convolutions.MaxPool2Tests.tests
          Kernels.Normalisation.GroupNormBlockTests.tests
          Models.HybridModelTests.tests
          Models.ToldClassesTests.tests
          Models.EvidenceBoundTests.tests
          Models.SafeTensorsTests.tests
          Models.PretrainedEncoderTests.tests
          Models.RestorationTests.tests
          Models.AveragesTests.tests
          Models.Diffusion.NoiseScheduleTests.tests
          Models.Diffusion.Sampling.SamplerTests.tests
          Models.Diffusion.DiffusionModelTests.tests
          Models.Diffusion.RestoringTests.tests
          Training.Diffusion.DenoisingTermTests.tests
          Evaluation.Bayesian.PosteriorPredictiveTests.tests
          Evaluation.Bayesian.ImportanceBoundTests.tests
          Evaluation.Diffusion.VariationalBoundTests.tests
          Evaluation.Diffusion.DiffusionClassifierTests.tests
          Training.ImportanceTermTests.tests
          Models.Boltzmann.RbmTests.tests
          Models.Boltzmann.MachineDrawsTests.tests
          Models.Boltzmann.BoltzmannMachineTests.tests
          Models.Boltzmann.GibbsLawsTests.tests
          Models.Boltzmann.MachineStageTests.tests
          Training.Boltzmann.ExactBoltzmannTests.tests
          Training.Boltzmann.ExactLikelihoodTests.tests
          Training.RateScheduleTests.tests
          Training.TallyTests.tests
          Training.ModelStateTests.tests
          Training.OptimiserOptionsTests.tests
          Training.LossTermTests.tests
          Training.GradientLearnerTests.tests
          Training.TrainerTests.tests
          Training.HiddenLabelsTests.tests
          Training.TrainerTroubleTests.tests
          Training.AugmentationTests.tests
          Training.MemoryTests.tests
          Training.Energy.ReplayBufferTests.tests
          Training.Energy.SgldSamplerTests.tests
          Training.Energy.EnergyTermTests.tests
          Training.Energy.EnergyLearnerTests.tests
          Training.Energy.EnergyHistoryTests.tests
          Training.WeightAverageTests.tests
          Training.Energy.EnergyMemoryTests.alone
          Evaluation.EnergySamplesTests.tests
          Evaluation.ConfusionMatrixTests.tests
          Evaluation.PrincipalComponentsTests.tests
          Evaluation.PredictionsTests.tests
          Evaluation.PicturesTests.tests
          Evaluation.ClassPredictionsTests.tests
          Evaluation.ClassificationScoresTests.tests
          Evaluation.CurvesTests.tests
          Evaluation.CalibrationTests.tests
          Evaluation.BootstrapTests.tests
          Evaluation.SeedsTests.tests
          Evaluation.Comparisons.PairedTTests.tests
          Evaluation.Comparisons.PairedBootstrapTests.tests
          Evaluation.Comparisons.McNemarTests.tests
          Evaluation.Comparisons.HolmTests.tests
          Evaluation.Comparisons.ParetoFrontTests.tests
          Evaluation.Comparisons.CoverageTests.tests
          Evaluation.RegressionScoresTests.tests
          Evaluation.ForecastsTests.tests
          Evaluation.RolloutTests.tests
          Evaluation.ResidualsTests.tests
          Evaluation.OutOfDistributionTests.tests
          Evaluation.Diffusion.ChecksTests.tests
          Evaluation.Augmentation.AugmentationTests.tests
          Evaluation.Generative.DistancesTests.tests
          Evaluation.Generative.NearestManifoldTests.tests
          Evaluation.Generative.RecognitionTests.tests
          Evaluation.TSneTests.tests
          Evaluation.FiltersTests.tests
          Evaluation.MistakesTests.tests
          Evaluation.FeaturesTests.tests
          Evaluation.Boltzmann.BaseRatesTests.tests
          Evaluation.Boltzmann.EnumerationTests.tests
          Evaluation.Boltzmann.AnnealingTests.tests
          Evaluation.Boltzmann.PartitionEstimateTests.tests
          Evaluation.Boltzmann.LogLikelihoodTests.tests
          Evaluation.Boltzmann.ThermodynamicsTests.tests
          Evaluation.Physics.AutocorrelationTimeTests.tests
          Evaluation.Physics.IsingObservablesTests.tests
          Evaluation.Physics.MachineObservablesTests.tests
          Kernels.Vectors.ElementaryTests.tests
          Kernels.Losses.BernoulliLossTests.tests
          Kernels.Losses.BernoulliCostTests.tests
          Kernels.Losses.GaussianKlLossTests.tests
          Kernels.Losses.CrossEntropyLossTests.tests
          Kernels.Losses.LatentDrawTests.tests
          Kernels.Random.UniformsTests.tests
          Kernels.Random.BernoulliSamplerTests.tests
          Kernels.Gather.PixelGatherTests.tests
          Kernels.Native.MemoryTests.tests
          Kernels.Autograd.GradientNodeTests.tests
          Kernels.Products.AffineBlockTests.tests
          Kernels.Optimisers.FusedUpdateTests.tests
          Training.KernelAgreementTests.tests
          Training.Boltzmann.LikelihoodGradientTests.tests
          Training.Boltzmann.CentredGradientTests.tests
          Training.Boltzmann.TemperingTests.tests
          Training.Boltzmann.NegativePhaseTermTests.tests
          Training.Boltzmann.KeptChainsTests.tests
          Training.Boltzmann.MachineTermTests.tests
          Training.Boltzmann.GaussianTests.tests
          Training.Boltzmann.MonitorTests.tests
          Kernels.Boltzmann.ClassLogitsTests.tests
          Kernels.Boltzmann.JointPhasesTests.tests
          Kernels.Boltzmann.PhasesTests.tests
          // These change the number of threads: nothing else may run beside them.
          testSequenced (
              testList
                  "kernels on threads"
                  [ Kernels.Products.AffineBlockTests.threads
                    Kernels.Losses.BernoulliLossTests.alone
                    Kernels.Losses.GaussianKlLossTests.alone
                    Kernels.Losses.CrossEntropyLossTests.alone
                    Kernels.Losses.LatentDrawTests.alone
                    Kernels.Random.BernoulliSamplerTests.alone
                    Kernels.Gather.PixelGatherTests.alone
                    Data.Augmenting.AugmenterTests.alone
                    Kernels.Boltzmann.ClassLogitsTests.alone
                    Kernels.Boltzmann.JointPhasesTests.threads
                    Kernels.Boltzmann.PhasesTests.threads ]
          ) ]

[<EntryPoint>]
let main args =
    // Equal bits need equal numbers of threads.
    TorchRuntime.UseThreads 1 |> ignore
    // One test at a time: TorchSharp's temporary scalars can be finalised while native code reads them, when another
    // thread's garbage sets off a collection just then.
    runTestsWithCLIArgs [ Sequenced ] args tests
