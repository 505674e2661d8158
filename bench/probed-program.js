// Loaded into the program that is measured: SIGUSR2 begins to measure the delay of its event loop, and the next one tells it.
import { renameSync, writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

const file = process.env["BENCH_EVENT_LOOP"];
const resolutionMs = 1;
let histogram;

process.on("SIGUSR2", () => {
  if (histogram === undefined) {
    histogram = monitorEventLoopDelay({ resolution: resolutionMs });
    histogram.enable();
    return;
  }
  histogram.disable();
  // Node counts from one look to the next, so that the wait between them is in it.
  const delayMs = (ns) => Math.max(0, ns / 1e6 - resolutionMs);
  const told = { percentile99: delayMs(histogram.percentile(99)), max: delayMs(histogram.max) };
  histogram = undefined;
  writeFileSync(`${file}.part`, JSON.stringify(told));
  renameSync(`${file}.part`, file);
});
