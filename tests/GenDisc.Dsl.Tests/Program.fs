module GenDisc.Dsl.Tests.Program

open Expecto

[<EntryPoint>]
let main args =
    // One test at a time: TorchSharp's temporary scalars can be finalised while native code reads them, when another
    // thread's garbage sets off a collection just then.
    runTestsWithCLIArgs
        [ Sequenced ]
        args
        (testList
            "GenDisc.Dsl"
            [ LossTests.tests
              ExperimentTests.tests
              StudyTests.tests
              MirrorTests.tests
              CheckTests.tests
              PlanTests.tests
              DiffusionCostTests.tests
              SequenceCheckTests.tests
              SequenceProblemTests.tests
              DataRulesTests.tests
              PretrainedCheckTests.tests
              AgainstRulesTests.tests
              PreparationRulesTests.tests
              EncoderRulesTests.tests
              BayesRulesTests.tests
              AugmentRulesTests.tests
              DiffusionRulesTests.tests
              QualityRulesTests.tests
              MachineCheckTests.tests
              MachineRulesTests.tests
              ToldClassesCheckTests.tests
              ExplainTests.tests
              PlanJsonTests.tests
              SpaceTests.tests
              Progress.WordingTests.tests
              Running.RunTests.tests
              Running.TroubleTests.tests
              Running.SequenceRunTests.tests
              Running.GapRunTests.tests
              Running.PretrainedRunTests.tests
              Running.AugmentedRunTests.tests
              Running.DiffusionClassesRunTests.tests
              Running.DiffusionExtrasRunTests.tests
              Running.QualityRunTests.tests
              Running.AugmentedTrustTests.tests
              Running.MachineRunTests.tests
              Running.MachineHeadsTests.tests
              Running.ToldClassesRunTests.tests
              Running.PretrainedModelTests.tests
              Running.ChangedDataTests.tests
              Running.SeedsTests.tests
              Running.LaneMessagesTests.tests
              Running.LanesTests.tests
              BudgetTests.tests
              Running.TemperaturesTests.tests
              Running.Search.ProposalsTests.tests
              Running.Search.SearchTests.tests
              Running.PreparingTests.tests
              Running.Studies.RobustnessTests.tests
              Running.StudyRunTests.tests
              Running.Search.SearchRulesTests.tests
              Running.EvaluationTests.tests
              Running.Studies.DirectionTests.tests
              Running.Studies.PredictionsFileTests.tests
              Running.Studies.ContrastsTests.tests
              Running.Studies.StatementsTests.tests
              Running.Studies.LimitsTests.tests
              Running.BayesRunTests.tests
              Running.BadFilesTests.tests
              Report.MosaicTests.tests
              Report.DiffusionSectionTests.tests
              Report.QualitySectionTests.tests
              Report.StatisticsTests.tests
              Report.HtmlTests.tests
              Report.FormulasTests.tests
              Report.ReportTests.tests
              Report.SectionTests.tests
              Report.AugmentationSectionTests.tests
              Report.BoltzmannSectionTests.tests
              Report.BoltzmannStandingTests.tests
              Report.EnergySectionTests.tests
              Report.PartialFilesTests.tests
              Report.TemperaturesPageTests.tests
              Report.StudyReportTests.tests
              Report.StudyLatexTests.tests
              Report.Search.SearchPageTests.tests
              Report.PageTests.tests ])
