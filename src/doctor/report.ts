// What the doctor has to say, as data: `--json` prints it, and the text is made from it. docs/reference/doctor.schema.json has its fields.
import { definedProps } from "../protocol/defined-props.ts";
import type { FindingRow, RemedyAt } from "../protocol/findings/finding.ts";
import { type FindingId, findingRows } from "../protocol/findings/findings.ts";
import { printable } from "../protocol/printable.ts";
import { type ConnectionReport, connectionsOf } from "./connections.ts";
import type { ControlFacts, Facts, ProbedMode, WayName } from "./facts.ts";
import type { Severity } from "./finding.ts";
import { judge } from "./judge.ts";
import { observationsOf } from "./observations.ts";
import { isForServer, serverKindOf } from "./server-kind.ts";
import { type Health, verdictOf } from "./verdict.ts";

export interface DoctorReport {
  /** Of this shape. */
  readonly version: 1;
  /** `host:port` as it was asked for. */
  readonly server: string;
  /** `user@host`. */
  readonly via?: string;
  readonly health: Health;
  /** False: the time was over, or somebody ended it. */
  readonly complete: boolean;
  /** Which modes brought a listing. */
  readonly working: Readonly<Record<WayName, readonly ProbedMode[]>>;
  /** The command to use. */
  readonly use?: string;
  readonly ways: readonly WayReport[];
  readonly connections: readonly ConnectionReport[];
  readonly findings: readonly FindingReport[];
  /** What was seen on the way and is no finding. */
  readonly observations: readonly string[];
  /** What the tunnel that was looked at has learned since it runs, in sentences. */
  readonly learned?: readonly string[];
  /** Steps that were left when it was ended. */
  readonly notLookedAt: readonly string[];
}

export interface WayReport {
  readonly way: WayName;
  readonly greeting?: string;
  readonly loggedIn: boolean;
  readonly roundTripMs?: number;
  readonly modes: readonly { readonly mode: ProbedMode; readonly works: boolean }[];
}

export interface FindingReport {
  readonly id: FindingId;
  readonly scenario?: string;
  readonly way?: WayName;
  readonly severity: Severity;
  readonly title: string;
  readonly why: string;
  readonly evidence: readonly string[];
  readonly remedies: readonly { readonly at: RemedyAt; readonly do: string }[];
  /** The command that needs no remedy. */
  readonly instead?: string;
}

export interface Asked {
  readonly server: string;
  readonly via?: string;
  readonly complete: boolean;
  readonly learned?: readonly string[];
}

export function reportOf(facts: Facts, asked: Asked): DoctorReport {
  const found = judge(facts);
  const { health, working } = verdictOf(facts, found);
  const kind = serverKindOf(facts);
  const names = namesOf(asked);
  const findings = found.map((finding): FindingReport => {
    const row: FindingRow = findingRows[finding.id];
    const remedies = row.remedies.filter(([at]) => isForServer(at, kind)).map(([at, what]) => ({ at, do: what }));
    const { title, why } = row;
    const rest = definedProps({ scenario: row.scenario, instead: row.instead && names(row.instead) });
    return { ...finding, ...rest, title, why, remedies };
  });
  const ways = facts.controls.map((control) => wayReport(control, facts));
  const use = commandToUse(working, names);
  const observations = observationsOf(facts);
  const { notLookedAt = [] } = facts;
  const said = { ways, connections: connectionsOf(facts), findings, observations, notLookedAt };
  return { version: 1, ...asked, health, working, ...definedProps({ use }), ...said };
}

function wayReport({ way, greeting, isLoggedIn, roundTripMs }: ControlFacts, { data }: Facts): WayReport {
  const modes = data.filter((fact) => fact.way === way).map(({ mode, works }) => ({ mode, works }));
  const said = greeting === undefined ? undefined : printable(greeting.lines[0] ?? "", 200);
  return { way, loggedIn: isLoggedIn, modes, ...definedProps({ greeting: said, roundTripMs }) };
}

/** `FTP` and `SSH` in a command become the hosts. */
const namesOf =
  ({ server, via = "user@ssh-host" }: Asked) =>
  (command: string): string =>
    command.replace(/\bFTP\b/g, server).replace(/\bSSH\b/g, via);

function commandToUse(working: DoctorReport["working"], names: (command: string) => string): string | undefined {
  const [first] = working.direct;
  if (first === "EPSV" || first === "PASV") return "any FTP client in passive mode";
  if (working.ssh.length > 0) return names("sallyport -L 2121:FTP SSH");
  return first === undefined ? undefined : "any FTP client in active mode";
}
