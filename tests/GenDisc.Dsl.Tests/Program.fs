module GenDisc.Dsl.Tests.Program

open Expecto

[<EntryPoint>]
let main args =
    runTestsWithCLIArgs [] args (testList "GenDisc.Dsl" [ LossTests.tests; ExperimentTests.tests ])
