// What V8 is told. How far it lets its heap grow before it collects all of it: a tunnel has few objects, and streams buffers past
// them that V8 counts as heap: with its own choice, made for programs with many objects, it collects everything for each 10 to 25 MB
// carried, which was two thirds of the processor time of a transfer (docs/internals/performance/tunnel.md). Buffers die young,
// and the collection of the young alone finds them: memory stays as it was (measured with Node 20 and 24).
import { setFlagsFromString } from "node:v8";

/** Percent of what was left after the last collection of everything. */
const heapGrowingPercent = 600;

/**
 * How much a function runs before V8 compiles it with all its art: three times as much as by its own choice. Most runs are over in a second or two: of 1,000
 * small files a sixth of the processor time went into code that then was not used long enough to pay for it. What runs long gets there all the same.
 * The V8 of Node 22 has no such flag, and says so on standard error.
 */
const interruptBudget = 400_000;
/** V8's own in Node 20. */
const usualInterruptBudget = 135_168;

/** For the whole process, so for the program to decide and not for the library. */
export function tuneEngine(): void {
  setFlagsFromString(`--heap-growing-percent=${heapGrowingPercent}`);
  setInterruptBudget(interruptBudget);
}

/** For what runs for days: after some thousand files of a server each cost a sixth less. */
export function tuneForLong(): void {
  setInterruptBudget(usualInterruptBudget);
}

function setInterruptBudget(budget: number): void {
  if (process.versions.node.startsWith("20.")) setFlagsFromString(`--interrupt-budget=${budget}`);
}

/**
 * For what serves many sessions: the space in which V8 makes new objects stays as small as it is at the start, a few MB. By its own choice V8
 * doubles it when much of what is in it lives on, and gives it back with the next collection of everything, which an idle program never has:
 * after 500 logins, all of which live on, it kept 21 MB. Sessions live as long as their clients wish, so room for more of the young spares
 * nothing. A new thread (Worker) would undo it; there are none.
 */
export function keepYoungSpaceSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
