// How far V8 lets its heap grow before it collects all of it. A tunnel has few objects, and streams buffers past them that
// V8 counts as heap: with its own choice, made for programs with many objects, it collects everything for each 10 to 25 MB
// carried, which was two thirds of the processor time of a transfer (docs/internals/performance.md). Buffers die young,
// and the collection of the young alone finds them: memory stays as it was (measured with Node 20 and 24).
import { setFlagsFromString } from "node:v8";

/** Percent of what was left after the last collection of everything. */
const heapGrowingPercent = 600;

/** For the whole process, so for the program to decide and not for the library. */
export function collectSeldom(): void {
  setFlagsFromString(`--heap-growing-percent=${heapGrowingPercent}`);
}
