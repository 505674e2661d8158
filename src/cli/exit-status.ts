// From an error to the status that the program exits with: the only place that knows.
import { constants } from "node:os";
import type { ErrorCode, SallyportError } from "../protocol/error.ts";

/** The statuses that are Sallyport's own; a command behind `--` brings its own. */
export const exitStatus = {
  ok: 0,
  other: 1,
  usage: 2,
  /** EX_IOERR of sysexits.h: standard output could not be written, and somebody reads it. */
  output: 74,
  commandCannotRun: 126,
  commandMissing: 127,
  ssh: 255,
} as const;

const byCode: Partial<Record<ErrorCode, number>> = {
  USAGE_INVALID: exitStatus.usage,
  CONFIG_INVALID: exitStatus.usage,
  POLICY_BIND: exitStatus.usage,
};

/** Every SSH_* code gives 255, as ssh does. */
export function exitStatusOf(error: SallyportError): number {
  return byCode[error.code] ?? (error.code.startsWith("SSH_") ? exitStatus.ssh : exitStatus.other);
}

/** Of the doctor. */
export const exitStatusOfHealth = (health: "well" | "warnings" | "broken" | "unknown"): number =>
  ({ well: 0, warnings: 1, broken: 2, unknown: 3 })[health];

/** 128 and the signal's number, as shells report it. */
export function exitStatusOfSignal(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/** For the reference page. */
export const exitStatusReference: readonly { readonly status: string; readonly when: string }[] = [
  { status: "0", when: "after SIGINT, SIGTERM or SIGHUP; `--help`, `--version`; with `-f`: the tunnel is ready" },
  {
    status: "1",
    when: "anything else failed: the port is in use, the network, a fault of Sallyport's",
  },
  {
    status: "2",
    when: "the command line or the configuration is wrong; `-g` is missing; the trace file cannot be opened",
  },
  { status: "126, 127", when: "the command behind `--` cannot be run, does not exist" },
  { status: "128 + n", when: "signal n came before the tunnel was ready, or ended the command behind `--`" },
  {
    status: "255",
    when: "SSH failed: no connection, wrong host key, login refused, forwarding forbidden, no ssh program, ssh's own configuration",
  },
  { status: "other", when: "the command's own, with a command behind `--`" },
];

/** The same of get, put, ls and cp. */
export const transferExitStatusReference: readonly { readonly status: string; readonly when: string }[] = [
  { status: "0", when: "everything was transferred, or was there already; links that were left out change nothing" },
  { status: "1", when: "a file failed (the others were done), or a server could not be reached or did not let us in" },
  { status: "2", when: "the command line is wrong; `~/.netrc` or the file of `--tls-ca` cannot be used" },
  { status: "74", when: "standard output could not be written (a full disk): the output is incomplete" },
  { status: "128 + n", when: "signal n: 130 for Ctrl-C; 141 when nobody reads standard output any more" },
  { status: "255", when: "SSH failed" },
];
