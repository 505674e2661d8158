// From what was seen to what it means: findings with their evidence.
import { formatEndpoint } from "../platform/endpoint.ts";
import { SallyportError } from "../protocol/error.ts";
import { findingOfError } from "../protocol/findings/explain-error.ts";
import type { FindingId } from "../protocol/findings/findings.ts";
import { printable } from "../protocol/printable.ts";
import type { Reply } from "../protocol/reply.ts";
import { classify } from "./classify.ts";
import type { ControlFacts, DataFacts, Facts, NameFacts, SshFacts, ThirdPartyFacts } from "./facts.ts";
import type { Finding } from "./finding.ts";
import { judgeIdle, judgeWritten } from "./judge-lasting.ts";
import { judgePeer, judgeWorking } from "./judge-working.ts";
import { placeOf, placeWords, rewritten } from "./placement.ts";

/** In the order of the layers: name, SSH, control connection, data. One finding of a kind and way. */
export function judge(facts: Facts): readonly Finding[] {
  return merged([
    ...(facts.name === undefined ? [] : judgeName(facts.name)),
    ...(facts.ssh === undefined ? [] : judgeSsh(facts.ssh)),
    ...facts.controls.flatMap(judgeControl),
    ...facts.data.flatMap((fact) => judgeData(fact, facts)),
    ...(facts.idle ?? []).flatMap(judgeIdle),
    ...(facts.written ?? []).flatMap(judgeWritten),
    ...(facts.peer === undefined ? [] : judgePeer(facts.peer)),
    ...(facts.thirdParty ?? []).flatMap(judgeThirdParty),
  ]);
}

/** One address that does not answer is no matter alone: the session tells of that. */
function judgeName({ host, addresses }: NameFacts): readonly Finding[] {
  const dead = addresses.filter(({ call }) => call !== "made");
  if (dead.length === 0 || dead.length === addresses.length) return [];
  const evidence = addresses.map(
    ({ address, call, tookMs = 0 }) => `${host} is ${address}: ${call} after ${(tookMs / 1000).toFixed(1)} s`,
  );
  // A refusal costs no time: localhost is often ::1 as well.
  const severity = dead.every(({ call }) => call === "refused") ? "note" : "warning";
  return [{ id: "D43", way: "direct", severity, evidence }];
}

function judgeSsh({ target, error, listenRefused, gateway, commandRefused, sessions }: SshFacts): readonly Finding[] {
  const found: Finding[] = [];
  if (error !== undefined) found.push({ id: findingOr("D21", error), severity: "failure", evidence: [error.message] });
  if (listenRefused !== undefined) {
    const evidence = [`${target} does not listen for us: ${listenRefused.message}`];
    found.push({ id: "D28", way: "ssh", severity: "warning", evidence });
  }
  if (gateway?.forLoopback === "made") {
    const evidence = ["asked to listen on 127.0.0.1, sshd listens on another address, too"];
    found.push({ id: "D53", way: "ssh", severity: "note", evidence });
  }
  if (commandRefused !== undefined && (sessions === undefined || sessions.opened === 0)) {
    found.push({ id: "D54", way: "ssh", severity: "note", evidence: [commandRefused.message] });
  }
  return found;
}

/** While a connection is made; what the table of errors does not know is `otherwise`. */
function findingOr(otherwise: FindingId, error: SallyportError): FindingId {
  const { code, message, cause, details } = error;
  const known = new SallyportError(code, message, { cause, details: { phase: "connect", ...details } });
  const found = findingOfError(known);
  return found === undefined || found === "no-path" ? otherwise : found;
}

function judgeControl({ way, error, greeting }: ControlFacts): readonly Finding[] {
  if (error === undefined) return [];
  const evidence = [...(greeting?.lines ?? []), error.message].map((line) => printable(line, 300));
  return [{ id: findingOr("D35", error), way, severity: "failure", evidence }];
}

function judgeData(fact: DataFacts, facts: Facts): readonly Finding[] {
  // Another mode carries the files: worth knowing, and no failure of FTP.
  const works = facts.data.some((other) => other.way === fact.way && other.works);
  // The first session was let in, and the one for this mode was not: servers count them.
  const { error, isLoggedIn } = fact.control;
  if (error !== undefined && !isLoggedIn) {
    const evidence = [`a session for ${fact.mode}: ${printable(error.message, 300)}`];
    return [{ id: findingOr("D35", error), way: fact.way, severity: works ? "warning" : "failure", evidence }];
  }
  const id = classify(fact, facts);
  if (id === undefined) return fact.works ? judgeWorking(fact) : [];
  const more = id === "D30" ? gatewayEvidence(facts.ssh) : [];
  return [
    {
      id,
      way: fact.way,
      severity: works ? "warning" : "failure",
      evidence: [...evidenceOf(fact, facts.data), ...more],
    },
  ];
}

function gatewayEvidence(ssh: SshFacts | undefined): readonly string[] {
  const fate = ssh?.gateway?.forEverywhere;
  if (fate === undefined) return [];
  return [
    fate === "made"
      ? "asked to listen on every address, sshd does (GatewayPorts): a firewall is in between"
      : `asked to listen on every address, sshd listens on loopback only (GatewayPorts no): a call beside it was ${fate}`,
  ];
}

function judgeThirdParty({ way, other, named, setup }: ThirdPartyFacts): readonly Finding[] {
  if (setup === undefined || named === undefined || setup.code < 400) return [];
  const evidence = [`PORT ${formatEndpoint(named)} to ${formatEndpoint(other)}: ${said(setup)}`];
  return [{ id: "D16", way, severity: "warning", evidence }];
}

const said = ({ lines }: Reply): string => printable(lines[0] ?? "", 200);

/** The conversation, and the fate of each connection, in their order. */
function evidenceOf(fact: DataFacts, data: readonly DataFacts[]): readonly string[] {
  const { mode, setup, named, used, call, callToNamed, peer, final, finalOfNamed, error, control } = fact;
  const isOurs = mode === "EPSV" || mode === "PASV";
  const at = (where: typeof used): string => (where === undefined ? "?" : formatEndpoint(where));
  const lines: string[] = [];
  if (isOurs && setup !== undefined) lines.push(`${mode}: ${said(setup)}`);
  if (!isOurs && mode !== "default-port" && named !== undefined) {
    lines.push(`${mode} ${at(named)}: ${setup === undefined ? "no answer" : said(setup)}`);
  }
  if (isOurs && setup === undefined) lines.push(`${mode}: no answer`);
  if (isOurs && call !== undefined) lines.push(`connecting to ${at(used)}, the control connection's host: ${call}`);
  if (callToNamed !== undefined) lines.push(`connecting to ${at(named)}, the host in the reply: ${callToNamed}`);
  const place = placeOf(fact);
  if (isOurs && place !== "right") lines.push(`the host in the reply: ${placeWords[place]}`);
  const inside = rewritten(fact, data);
  if (inside !== undefined) lines.push(`inside SSH the server names ${at(inside)}`);
  if (!isOurs && call === "made" && peer !== undefined) {
    lines.push(`the connection came from ${at(peer)}; the control connection goes to ${at(control.remote)}`);
  }
  if (!isOurs && call === "dropped") lines.push(`nobody connected to ${at(used)}`);
  const last = finalOfNamed ?? final;
  if (last !== undefined) lines.push(`LIST: ${said(last)}`);
  if (error !== undefined && last === undefined) lines.push(printable(error.message, 300));
  if (fact.waitedMs !== undefined) lines.push(waited(fact.waitedMs, fact.worksLater === true));
  return lines;
}

function waited(ms: number, works: boolean): string {
  const seconds = `${Math.round(ms / 1000)} s`;
  return works ? `the next listing worked after ${seconds}` : `no listing worked for ${seconds}, which it was tried`;
}

/** EPSV and PASV that fail for one reason are one finding. */
function merged(all: readonly Finding[]): readonly Finding[] {
  const byKind = new Map<string, Finding>();
  for (const finding of all) {
    const kind = `${finding.way} ${finding.id}`;
    const before = byKind.get(kind);
    const evidence = [...(before?.evidence ?? []), ...finding.evidence];
    byKind.set(kind, { ...(before ?? finding), evidence });
  }
  return [...byKind.values()];
}
