// Between which programs a connection goes; the evidence names hosts and ports.
import type { Evidence } from "../../evidence.ts";
import { type ConnectionEvent, connectionsOf } from "../marks.ts";
import { isServerLine, type Participant } from "./participants.ts";

export interface Ends {
  readonly from: Participant;
  readonly to: Participant;
}

/** Undefined for control connections that were made: their lines show it. */
export function connectionEnds(
  connection: ConnectionEvent,
  evidence: Evidence,
  participants: readonly Participant[],
): Ends | undefined {
  const { role, result, fromHost, carries } = connection;
  if (result === "made" && (role === "control" || (role === "forwarded" && carries === "control"))) return undefined;
  const user = portUsers(evidence).findLast(({ port }) => port === portOf(connection.to));
  const on: Find = (host, ...programs) =>
    programs
      .map((program) => {
        const there = participants.filter((one) => one.host === host && one.program === program);
        // Of several clients, the one that speaks of this port.
        return there.find((one) => one.host === user?.host && one.party === user.party) ?? there[0];
      })
      .find((found) => found !== undefined);
  const isToClient = user?.listens === true;
  const to = targetOf(connection, isToClient, on);
  const from = role === "forwarded" ? forwarderOf(connection, participants) : makerOf(connection, isToClient, on);
  const start = from ?? participants.find((one) => one.host === fromHost);
  return start === undefined ? undefined : { from: start, to: to ?? start };
}

type Find = (host: string, ...programs: readonly Participant["program"][]) => Participant | undefined;

function makerOf({ role, fromHost, toHost }: ConnectionEvent, isToClient: boolean, on: Find): Participant | undefined {
  if (role === "ssh") return on(fromHost, "gateway");
  // Where an FTP client listens on its own host, Sallyport connects to it.
  if (role === "data" && fromHost === toHost && isToClient) return on(fromHost, "gateway", "client", "server");
  return on(fromHost, "client", "server", "gateway");
}

/** A channel begins at the other end of SSH; what was refused began where it was tried. */
function forwarderOf(
  { fromHost, result }: ConnectionEvent,
  participants: readonly Participant[],
): Participant | undefined {
  const here = participants.find(
    (one) => one.host === fromHost && (one.program === "sshd" || one.program === "gateway"),
  );
  if (here === undefined || result !== "made") return here;
  const far = here.program === "sshd" ? "gateway" : "sshd";
  return participants.find((one) => one.program === far) ?? here;
}

function targetOf(connection: ConnectionEvent, isToClient: boolean, on: Find): Participant | undefined {
  const { role, toHost, fromHost, result } = connection;
  if (role === "ssh") return on(toHost, "sshd");
  if (role === "control") return on(toHost, "gateway", "server");
  const client = on(toHost, "client");
  if (client === undefined) {
    // A listener of ssh -R, or the server itself.
    return role === "data" && toHost === fromHost && result === "made"
      ? on(toHost, "sshd", "server")
      : on(toHost, "server", "sshd", "other");
  }
  if (isToClient) return client;
  return result === "made" ? (on(toHost, "gateway") ?? client) : client;
}

const portOf = (end: string): number => Number(end.slice(end.lastIndexOf(":") + 1));

/** An FTP client at a port of a data connection, as the dialogue has it. */
interface PortUser {
  readonly port: number;
  readonly host: string;
  readonly party: string;
  /** It named the port itself (PORT, EPRT, or its control port in mode default-port); else the other one named it. */
  readonly listens: boolean;
}

function portUsers(evidence: Evidence): PortUser[] {
  const users: PortUser[] = connectionsOf(evidence)
    .filter(({ role }) => role === "control")
    .map(({ from, fromHost }) => ({ port: portOf(from), host: fromHost, party: "", listens: true }));
  for (const event of evidence.events) {
    if (event.type !== "line" || isServerLine(event)) continue;
    const port = namedPort(event.text);
    const { host, party } = event;
    if (port !== undefined) users.push({ port, host, party, listens: event.from === "client" });
  }
  return users;
}

/** Of PORT, EPRT, 227 (RFC 959) and 229 (RFC 2428). */
function namedPort(text: string): number | undefined {
  const [, high, low] = /^(?:PORT |227 ).*?\d+,\d+,\d+,\d+,(\d+),(\d+)/i.exec(text) ?? [];
  if (low !== undefined) return Number(high) * 256 + Number(low);
  const [, port] = /^(?:EPRT |229 ).*?\|(\d+)\|/i.exec(text) ?? [];
  return port === undefined ? undefined : Number(port);
}
