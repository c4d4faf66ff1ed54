module GenDisc.Core.Tests.Program

open Expecto

[<EntryPoint>]
let main args =
    runTestsWithCLIArgs [] args (testList "GenDisc.Core" [])
