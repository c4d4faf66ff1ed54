module GenDisc.Cli.Tests.DiagnosticTests

open System.IO
open Expecto
open GenDisc
open GenDisc.Cli
open GenDisc.Cli.Tests.Support

let private at file line column endColumn code message : Diagnostic =
    { File = file
      Line = line
      Column = column
      EndLine = line
      EndColumn = endColumn
      IsError = true
      Code = code
      Message = message }

let private hintFor (source: string) line code message =
    Diagnostic.hint (source.Split '\n') (at "x.fsx" line 1 2 code message)

let tests =
    testList
        "Diagnostic"
        [ test "a message stands above its line and a caret under every column it covers" {
              use folder = new TempFolder()
              let file = folder.Write("a.fsx", "open GenDisc\nlet x = oops 3\n")

              Expect.equal
                  (Diagnostic.render (at file 2 9 13 "FS0039" "'oops' is not defined."))
                  (file
                   + ":2:9: error FS0039: 'oops' is not defined.\n  2 | let x = oops 3\n    |         ^^^^")
                  "file:line:col, line, carets"
          }
          test "a tab counts as one column" {
              Expect.equal
                  (Diagnostic.excerpt [| "\tx = 1" |] 1 2 3)
                  [ "  1 |  x = 1"; "    |  ^" ]
                  "the caret stands under x"
          }
          test "a place outside the file is shown without a line" {
              Expect.equal (Diagnostic.excerpt [| "x" |] 7 1 2) [] "no such line"
              Expect.equal (Diagnostic.excerpt [| "x" |] 1 90 95) [ "  1 | x"; "    |  ^" ] "carets stay by the line"
          }
          test "control characters are not passed on to the terminal" {
              Expect.equal
                  (Diagnostic.excerpt [| "a\u001b[31m\000\u0085b" |] 1 1 2)
                  [ "  1 | a\uFFFD[31m\uFFFD\uFFFDb"; "    | ^" ]
                  "in the source line"

              Expect.equal
                  (Diagnostic.render (at "/none.fsx" 1 1 2 "FS0010" "Unexpected\t'\u0007'\r\nhere"))
                  "/none.fsx:1:1: error FS0010: Unexpected '\uFFFD'\nhere"
                  "in the message, which keeps its lines"
          }
          test "a long line is cut around the caret" {
              let line = String.replicate 30 "0123456789"

              Expect.equal
                  (Diagnostic.excerpt [| line |] 1 151 154)
                  [ "  1 | …" + line.Substring(110, 100) + "…"
                    "    | " + String.replicate 41 " " + "^^^" ]
                  "both ends"

              Expect.equal
                  (Diagnostic.excerpt [| line |] 1 1 300)
                  [ "  1 | " + line.Substring(0, 100) + "…"; "    | " + String.replicate 100 "^" ]
                  "carets end with what is shown"

              Expect.equal
                  (Diagnostic.excerpt [| line |] 1 301 302)
                  [ "  1 | …" + line.Substring 200; "    | " + String.replicate 101 " " + "^" ]
                  "after the end"
          }
          test "of many messages the first ten errors are shown" {
              let error n =
                  at "/none.fsx" n 1 2 "FS0010" "Unexpected"

              let warning = { error 1 with IsError = false }
              let lines (text: string) = List.ofArray (text.Split '\n')
              Expect.hasLength (lines (Diagnostic.renderAll (List.map error [ 1..10 ]))) 10 "ten are all shown"
              let many = lines (Diagnostic.renderAll (warning :: List.map error [ 1..12 ]))
              Expect.stringStarts many[0] "/none.fsx:1:1: error" "errors before warnings"
              Expect.equal many[10..] [ "… and 3 more" ] "the rest counted"
          }
          test "a file below the current directory is named from there" {
              let below = Path.Combine(Directory.GetCurrentDirectory(), "a", "b.fsx")
              Expect.equal (Wording.path below) (Path.Combine("a", "b.fsx")) "relative"
              Expect.equal (Wording.path "/b.fsx") "/b.fsx" "elsewhere: as it is"
          }
          test "an unknown name hints at open GenDisc only where that is missing" {
              Expect.equal
                  (hintFor "let x = mnist" 1 "FS0039" "'mnist' is not defined.")
                  (Some "add the line: open GenDisc")
                  "missing"

              Expect.isNone (hintFor "open GenDisc\nlet x = mnst" 2 "FS0039" "'mnst' is not defined.") "there"
          }
          test "a whole number as weight hints at the float" {
              Expect.equal
                  (hintFor "let l = 2 * elbo + kl" 1 "FS0043" "No overloads match for method 'op_Multiply'.")
                  (Some "weights are floats: write 2.0 * elbo")
                  "as it should be written"

              Expect.isNone (hintFor "let l = 2.0 * elbo" 1 "FS0043" "No overloads match") "a float is not the cause"
          }
          test "a forgotten field hints at all six" {
              let hint =
                  hintFor "let e = { Name = \"x\" }" 1 "FS0764" "No assignment given for field 'Seed'"

              Expect.stringContains (defaultArg hint "") "Name, Data, Model, Loss, Training and Seed" "the fields"
          }
          test "a missing preamble hints at gendisc new" {
              let hint =
                  hintFor "#load \"../gendisc.fsx\"" 1 "FS0079" "Could not load file '/x/gendisc.fsx'"

              Expect.stringContains (defaultArg hint "") "gendisc new" "the way to get one"

              Expect.isNone
                  (hintFor "#load \"other.fsx\"" 1 "FS0079" "Could not load file '/x/other.fsx'")
                  "another file"
          } ]
