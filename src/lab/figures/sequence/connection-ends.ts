// Between which programs a connection goes; the evidence names hosts and ports.
import type { Evidence } from "../../evidence.ts";
import { type ConnectionEvent, connectionsOf } from "../connection-event.ts";
import type { Participant } from "./participants.ts";

export interface Ends {
  readonly from: Participant;
  readonly to: Participant;
}

/** Undefined for control connections that were made: their lines say so. */
export function connectionEnds(
  connection: ConnectionEvent,
  evidence: Evidence,
  participants: readonly Participant[],
): Ends | undefined {
  const { role, result, fromHost, carries } = connection;
  if (result === "made" && (role === "control" || (role === "forwarded" && carries === "control"))) return undefined;
  const on = (host: string, ...programs: readonly Participant["program"][]): Participant | undefined =>
    programs
      .map((program) => participants.find((one) => one.host === host && one.program === program))
      .find((found) => found !== undefined);
  const isToClient = portsOfClients(evidence).has(portOf(connection.to));
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

/** Where FTP clients listen for data: what they name in PORT and EPRT, and in mode default-port their control port. */
function portsOfClients(evidence: Evidence): Set<number> {
  const ports = new Set(
    connectionsOf(evidence)
      .filter(({ role }) => role === "control")
      .map(({ from }) => portOf(from)),
  );
  for (const event of evidence.events) {
    if (event.type !== "line" || event.from !== "client") continue;
    const [, high, low] = /^PORT \d+,\d+,\d+,\d+,(\d+),(\d+)$/i.exec(event.text) ?? [];
    if (low !== undefined) ports.add(Number(high) * 256 + Number(low));
    const [, port] = /^EPRT \|\d\|[^|]*\|(\d+)\|$/i.exec(event.text) ?? [];
    if (port !== undefined) ports.add(Number(port));
  }
  return ports;
}
