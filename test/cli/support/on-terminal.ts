// A program on a real terminal, which expect(1) plays.
import { spawn } from "node:child_process";
import { patienceMs } from "../../support/patience.ts";

export type Step = { readonly see: string } | { readonly match: string } | { readonly type: string };
export const see = (text: string): Step => ({ see: text });
/** A regular expression of Tcl. */
export const match = (pattern: string): Step => ({ match: pattern });
export const type = (keys: string): Step => ({ type: keys });

export interface Play {
  readonly program: string;
  readonly words: readonly string[];
  readonly steps: readonly Step[];
  /** Working directory and HOME. */
  readonly home: string;
  /** Called with everything so far, whenever more is shown. */
  readonly onShown?: ((shown: string) => void) | undefined;
}

/** Plays the steps; gives all that the terminal showed, and at its end `status N`. */
export async function onTerminal({ program, words, steps, home, onShown }: Play): Promise<string> {
  // Whatever goes wrong, nothing is left behind.
  const patience = 'timeout { puts "TIMEOUT at $step"; exec kill -KILL [exp_pid]; exit 1 }';
  const played = steps.map((step, index) => {
    if ("type" in step) return `send -- $env(STEP${index})`;
    const how = "see" in step ? "-ex" : "-re";
    return `set step ${index}\nexpect ${patience} eof { puts "EOF at ${index}"; exit 1 } ${how} $env(STEP${index}) {}`;
  });
  const script = [
    `set timeout ${patienceMs / 1000}`,
    "set stty_init {rows 24 columns 100}",
    `spawn -noecho $env(NODE) $env(PROGRAM) ${words.map((_, index) => `$env(WORD${index})`).join(" ")}`,
    ...played,
    `set step end\nexpect ${patience} eof`,
    'puts "status [lindex [wait] 3]"',
  ];
  const values = [
    ...steps.map((step, index) => [`STEP${index}`, Object.values(step)[0] ?? ""]),
    ...words.map((word, index) => [`WORD${index}`, word]),
  ];
  const child = spawn("expect", ["-c", script.join("\n")], {
    cwd: home,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, HOME: home, NODE: process.execPath, PROGRAM: program, ...Object.fromEntries(values) },
  });
  let shown = "";
  child.stdout.on("data", (bytes: Buffer) => {
    shown += bytes.toString("latin1");
    onShown?.(shown);
  });
  return await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => resolve(shown));
  });
}

/** The lines that a person has seen: without the editor's movements of the cursor. */
export function linesOf(shown: string): string[] {
  return shown
    .replace(/\x1b\[[0-9;?]*[A-Za-z]/g, "")
    .split("\n")
    .map((line) => line.replace(/\r+$/, "").replace(/^.*\r/s, ""));
}
