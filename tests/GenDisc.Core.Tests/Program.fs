module GenDisc.Core.Tests.Program

open Expecto

[<EntryPoint>]
let main args =
    runTestsWithCLIArgs
        []
        args
        (testList "GenDisc.Core" [ Data.DatasetTests.tests; Data.SplitsTests.tests; Data.BatchesTests.tests ])
