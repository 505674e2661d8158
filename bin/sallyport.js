#!/usr/bin/env node
// Checks that it can run at all, in words that every Node understands, and hands over to src/cli/load-program.ts.
// CommonJS (package.json beside it), so that Node need not load what loads modules: 5 ms.
"use strict";
const { writeSync } = require("node:fs");

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`sallyport: this is Node.js ${process.versions.node}, and Sallyport needs 20.19 or later\n`);
  process.exit(1);
}

const argv = process.argv.slice(2);

/** Scripts ask for the version alone, and often: the options of all commands are not loaded for it. */
function printsVersion() {
  if (argv.length !== 1 || argv[0] !== "--version") return false;
  const { describeVersion } = require("../dist/cli/version.cjs");
  try {
    writeSync(1, `${describeVersion()}\n`);
    return true;
  } catch {
    return false; // The program tries again, and says what is wrong.
  }
}

let program;
try {
  if (!printsVersion()) program = require("../dist/cli/load-program.cjs").loadProgram();
} catch (error) {
  if (error.code === "EMFILE" || error.code === "ENFILE") {
    process.stderr.write("sallyport: too many open files\n  Raise the limit of open files (ulimit -n 1024).\n");
    process.exit(1);
  }
  if (error.code !== "MODULE_NOT_FOUND" && error.code !== "ENOENT") throw error;
  process.stderr.write(
    `sallyport: it is not built, or something is missing: ${error.message.split("\n")[0]}\n  Run npm ci.\n`,
  );
  process.exit(1);
}
program?.main(argv);
