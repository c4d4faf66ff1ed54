module GenDisc.Cli.Tests.Program

open Expecto

[<EntryPoint>]
let main args =
    runTestsWithCLIArgs [] args (testList "GenDisc.Cli" [])
