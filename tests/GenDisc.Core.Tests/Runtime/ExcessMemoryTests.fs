module GenDisc.Core.Tests.Runtime.ExcessMemoryTests

open System
open System.Diagnostics
open System.Runtime.InteropServices
open Expecto
open GenDisc.Core.Runtime

let private resident () =
    use self = Process.GetCurrentProcess()
    self.WorkingSet64

// Sequenced: resident memory is that of the whole process.
let tests =
    testSequenced
    <| testList
        "ExcessMemory"
        [ test "free memory beyond the bound goes back to the system" {
              if not (NativeLibrary.TryLoad "libc.so.6" |> fst) then
                  skiptest "glibc only"

              TorchRuntime.Init()
              let size = 1 <<< 20

              let blocks =
                  [| for _ in 1..700 do
                         let block = Marshal.AllocHGlobal size
                         Marshal.Copy(Array.create size 1uy, 0, block, size)
                         block |]
              // The last one keeps the others from being the top of the heap.
              let last = Array.last blocks

              for block in blocks do
                  if block <> last then
                      Marshal.FreeHGlobal block

              let before = resident ()
              let excess = ExcessMemory()

              try
                  Expect.isTrue (excess.Return()) "there is some"
                  Expect.isLessThan (resident ()) (before - 500L * int64 size) "resident"
                  Expect.isFalse (excess.Return()) "and then there is none left"
              finally
                  Marshal.FreeHGlobal last
          } ]
