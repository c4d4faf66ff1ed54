module GenDisc.Core.Tests.Runtime.ElfVersionsTests

open System
open System.Buffers.Binary
open System.Text
open Expecto
open FsCheck.FSharp
open GenDisc.Core.Runtime

let private needed = "GLIBCXX_3.4.32"

/// Offsets in `elf`: string table, version needs, sections.
let private names, needs, sections = 0x40, 0x80, 0x100

/// Two version needs of one library, `GLIBCXX_3.4` and `second`, in the least file that holds them.
let private elf (second: string) =
    let file = Array.zeroCreate<byte>(sections + 3 * 64)

    let put16 at (v: int) =
        BinaryPrimitives.WriteUInt16LittleEndian(Span(file, at, file.Length - at), uint16 v)

    let put32 at (v: int) =
        BinaryPrimitives.WriteInt32LittleEndian(Span(file, at, file.Length - at), v)

    let put64 at (v: int) =
        BinaryPrimitives.WriteInt64LittleEndian(Span(file, at, file.Length - at), int64 v)

    [| 0x7Fuy; byte 'E'; byte 'L'; byte 'F'; 2uy; 1uy; 1uy |].CopyTo(file, 0)
    put64 0x28 sections
    put16 0x3A 64
    put16 0x3C 3
    Encoding.ASCII.GetBytes($"\000libstdc++.so.6\000GLIBCXX_3.4\000{second}\000").CopyTo(file, names)
    // Verneed: version, count, file name, offset of the first entry, offset of the next need.
    put16 needs 1
    put16 (needs + 2) 2
    put32 (needs + 4) 1
    put32 (needs + 8) 16
    // Two Vernaux: hash, flags, other, name, next.
    put32 (needs + 16 + 8) 16
    put32 (needs + 16 + 12) 16
    put32 (needs + 32 + 8) 28
    // Section 1 is the needs, linked to section 2, the names.
    put32 (sections + 64 + 4) 0x6ffffffe
    put64 (sections + 64 + 24) needs
    put32 (sections + 64 + 40) 2
    put32 (sections + 128 + 4) 3
    put64 (sections + 128 + 24) names
    file

let private changed (before: byte array) (after: byte array) =
    [ for i in 0 .. before.Length - 1 do
          if before[i] <> after[i] then
              i, after[i] ]

let tests =
    testList
        "ElfVersions"
        [ test "marks the one version weak and nothing else" {
              let before = elf needed
              let after = Array.copy before
              Expect.isTrue (ElfVersions.Weaken(after, needed)) "found"
              Expect.equal (changed before after) [ needs + 32 + 4, 2uy ] "VER_FLG_WEAK of the second entry"
          }
          test "a version that is only a prefix is another version" {
              let before = elf "GLIBCXX_3.4.321"
              let after = Array.copy before
              Expect.isFalse (ElfVersions.Weaken(after, needed)) "not found"
              Expect.equal after before "unchanged"
          }
          testProperty
              "a file cut before its last offset is told apart without an exception"
              (Prop.forAll (Arb.fromGen (Gen.choose (0, sections + 128 + 31))) (fun length ->
                  not (ElfVersions.Weaken(Array.truncate length (elf needed), needed))))
          testProperty "garbage is told apart without an exception" (fun (bytes: byte array) ->
              not (ElfVersions.Weaken(bytes, needed)))
          testProperty
              "a file with one damaged byte gives an answer"
              (Prop.forAll
                  (Arb.fromGen (Gen.zip (Gen.choose (0, sections + 191)) (Gen.choose (0, 255))))
                  (fun (at, value) ->
                      let file = elf needed
                      file[at] <- byte value
                      ElfVersions.Weaken(file, needed) |> ignore)) ]
