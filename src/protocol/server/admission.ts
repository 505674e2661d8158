// Whether a command may be carried out now, from the command table and the state of the session alone.
import type { CommandRow } from "../command-table.ts";
import { makeReply, type Reply } from "../reply.ts";

/** How far the login has come (RFC 959 section 6, state diagrams). */
export type LoginPhase = "start" | "named" | "logged-in";

export interface AdmissionState {
  readonly phase: LoginPhase;
  /** The control connection is encrypted. */
  readonly secure: boolean;
  /** Nobody may log in before it is (RFC 4217 section 12.2). */
  readonly requireTls: boolean;
}

/** Phases in which a row's phase is met. */
const met: Readonly<Record<CommandRow["phase"], readonly LoginPhase[]>> = {
  any: ["start", "named", "logged-in"],
  "before-login": ["start", "named"],
  "logged-in": ["logged-in"],
};

const unmet: Readonly<Record<CommandRow["phase"], readonly [number, string]>> = {
  any: [503, "Not now."],
  "before-login": [503, "You are already logged in."],
  "logged-in": [530, "Please login with USER and PASS."],
};

/** Commands that carry secrets or lead to them. */
const needTls: ReadonlySet<string> = new Set(["USER", "PASS", "ACCT"]);

/** The refusal that the command deserves, or `undefined`. What a command without an argument is given is ignored. */
export function refuseCommand(row: CommandRow, argument: string, state: AdmissionState): Reply | undefined {
  if (state.requireTls && !state.secure && needTls.has(row.verb)) {
    return makeReply(530, "This server wants TLS before the login: send AUTH TLS first.");
  }
  // STAT alone shows the state; with a path it is a listing.
  const phase = row.verb === "STAT" && argument !== "" ? "logged-in" : row.phase;
  if (!met[phase].includes(state.phase)) return makeReply(...unmet[phase]);
  if (row.verb === "PASS" && state.phase !== "named") return makeReply(503, "Login with USER first.");
  // A password may be empty; most anonymous ones are.
  if (row.argument === "required" && argument === "" && row.verb !== "PASS")
    return makeReply(501, `${row.verb} needs an argument: ${row.help}.`);
  return undefined;
}
