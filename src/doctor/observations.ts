// What was seen on the way and is neither right nor wrong: addresses, times, ports, what the server does. Sentences for a report.
import { formatEndpoint } from "../platform/endpoint.ts";
import { addressClass } from "../protocol/cidr.ts";
import { limits } from "../protocol/limits.ts";
import { printable } from "../protocol/printable.ts";
import type {
  CallFate,
  CertificateFacts,
  ControlFacts,
  DataFacts,
  Facts,
  IdleFacts,
  NameFacts,
  PeerFacts,
  SshFacts,
  WayName,
  WriteFacts,
} from "./facts.ts";
import { isHelped, placeOf, placeWords, rewritten } from "./placement.ts";
import { stepName } from "./steps.ts";

const ways: readonly WayName[] = ["direct", "ssh"];

export function observationsOf({ name, ssh, controls, data, peer, idle = [], written = [] }: Facts): readonly string[] {
  return [
    ...(name === undefined ? [] : ofName(name)),
    ...(ssh === undefined ? [] : ofSsh(ssh)),
    ...controls.flatMap(ofControl),
    ...ways.flatMap((way) => ofWay(way, data)),
    ...(peer === undefined ? [] : ofPeer(peer)),
    ...idle.flatMap(ofIdle),
    ...ways.flatMap((way) => ofWritten(way, written)),
  ];
}

const classed = (host: string): string => `${host} (${addressClass(host)})`;

function ofName({ host, addresses }: NameFacts): readonly string[] {
  return addresses.flatMap(({ address, call, tookMs = 0, from }) => {
    if (call === undefined) return host === address ? [] : [`${host} is ${classed(address)}.`];
    const way = from === undefined ? call : `connected in ${Math.round(tookMs)} ms, from ${classed(from)}`;
    return [`${host} is ${classed(address)}: ${way}.`];
  });
}

const gatewayWords: Partial<Readonly<Record<CallFate, string>>> = {
  made: "It listens on every address when it is asked to (GatewayPorts).",
  refused: "It listens on loopback only, whatever it is asked for (GatewayPorts no).",
};

function ofSsh({ target, roundTripMs, gateway, sessions, plainKeepaliveSeconds }: SshFacts): readonly string[] {
  const listens = gatewayWords[gateway?.forEverywhere ?? "failed"];
  const { fromHere } = gateway ?? {};
  return [
    ...(roundTripMs === undefined ? [] : ofLine(target, roundTripMs)),
    ...(listens === undefined
      ? []
      : [`${target}: ${listens}${fromHere === undefined ? "" : ` From here such a port is ${reached(fromHere)}.`}`]),
    ...(sessions === undefined ? [] : [`${target}: ${sessionWords(sessions)}.`]),
    ...(plainKeepaliveSeconds === undefined ? [] : [keepaliveWords(plainKeepaliveSeconds)]),
  ];
}

const reached = (fate: CallFate): string => (fate === "made" ? "reached" : `not reached (${fate})`);

const sessionWords = ({ opened, asked }: NonNullable<SshFacts["sessions"]>): string =>
  opened === asked ? `${asked} sessions at once and perhaps more` : `${opened} sessions at once (MaxSessions)`;

const keepaliveWords = (seconds: number): string =>
  seconds === 0
    ? `Plain ssh sends nothing while it is idle (ServerAliveInterval 0), so a NAT may forget it; Sallyport sends every ${limits.sshKeepaliveMs / 1000} s.`
    : `Plain ssh sends every ${seconds} s while it is idle (ServerAliveInterval), and so does Sallyport.`;

/** What fits into a window is all that is under way in a round trip (RFC 4254 section 5.2). */
function ofLine(target: string, roundTripMs: number): readonly string[] {
  const line = `${target}: round trip ${roundTripMs < 10 ? roundTripMs.toFixed(1) : Math.round(roundTripMs)} ms`;
  if (roundTripMs < 1) return [`${line}, too short for windows to matter.`];
  const most = (windowBytes: number): string => `${Math.round(windowBytes / roundTripMs / 1000)} MB/s`;
  const own = Math.min(limits.sshChannelWindowBytes, limits.sshWindowBytesPerMs * roundTripMs);
  return [
    `${line}. A channel of ssh -L has a window of 2 MiB, so at most ${most(plainWindowBytes)}; one of Sallyport's grows to ${most(own)}.`,
  ];
}

/** CHAN_TCP_WINDOW_DEFAULT of OpenSSH's channels.h. */
const plainWindowBytes = 2_097_152;

function ofControl({
  way,
  local,
  remote,
  isLoggedIn,
  isGreetingOnly,
  isSecure,
  features = [],
  certificate,
}: ControlFacts): readonly string[] {
  const control = stepName("The control connection", way);
  const isNear = way === "ssh" || local === undefined || remote === undefined;
  return [
    // The kernel picks our end by the route to the server.
    ...(isNear ? [] : [`${control}, goes from ${classed(local.host)} to ${classed(remote.host)}.`]),
    ...(isGreetingOnly === true ? [`${control}: ${greetingOnly}`] : []),
    ...(certificate === undefined ? [] : [`${control}: ${certificateWords(certificate)}`]),
    ...(isLoggedIn && !isSecure ? [`${control}: ${features.includes("AUTH") ? tlsOffered : tlsMissing}`] : []),
  ];
}

const greetingOnly =
  "nobody logged in, since the password would be readable on the way: --tls, --via, or --allow-plaintext-login.";
const tlsOffered = "the server offers TLS and takes logins without it.";
const tlsMissing = "the server does not say that it has TLS.";

const certificateWords = ({ version, names, issuer, validTo }: CertificateFacts): string =>
  printable(`${version}, a certificate for ${names}, issued by ${issuer}, valid until ${validTo}.`, 300);

/** Of one way: what its modes have in common stands once. */
function ofWay(way: WayName, all: readonly DataFacts[]): readonly string[] {
  const data = all.filter((fact) => fact.way === way && fact.works);
  const ports = data.flatMap(({ used, tries }) =>
    tries === undefined ? [] : [used?.port ?? 0, ...tries.map(({ port }) => port)],
  );
  const callers = new Set(
    data.flatMap(({ peer }) => (peer === undefined || peer.host === "" ? [] : [formatEndpoint(peer)])),
  );
  return [
    ...(ports.length === 0
      ? []
      : [
          `${stepName("Data ports", way)}: from ${Math.min(...ports)} to ${Math.max(...ports)} (${ports.length} seen).`,
        ]),
    ...(callers.size === 0 ? [] : [`${stepName("The server's calls", way)}: from ${[...callers].join(", ")}.`]),
    ...data.flatMap((fact) => ofAddresses(fact, all)),
  ];
}

function ofAddresses(fact: DataFacts, all: readonly DataFacts[]): readonly string[] {
  const step = stepName(fact.mode, fact.way);
  const place = placeOf(fact);
  const inside = rewritten(fact, all);
  return [
    ...(place === "right" ? [] : [`${step}: the host in the reply is ${placeWords[place]}.`]),
    ...(inside === undefined
      ? []
      : [
          `${step}: inside SSH the server names ${formatEndpoint(inside)}, so a NAT on the way rewrites 227 (FTP helper).`,
        ]),
    ...(isHelped(fact)
      ? [`${step}: a NAT on the way rewrites our private address (FTP helper); in TLS it cannot.`]
      : []),
  ];
}

const ofPeer = ({ isTaken, final }: PeerFacts): readonly string[] =>
  isTaken || final === undefined
    ? []
    : [`The server refuses data connections from another address than the control connection's (${final.code}).`];

function ofIdle({ way, idleMs, during, error }: IdleFacts): readonly string[] {
  if (error !== undefined) return [];
  const what = during === "silence" ? "without a word" : "while data flowed";
  return [`${stepName("The control connection", way)}, lives after ${Math.round(idleMs / 1000)} s ${what}.`];
}

function ofWritten(way: WayName, all: readonly WriteFacts[]): readonly string[] {
  const written = all.filter((fact) => fact.way === way && fact.isEqual === true);
  if (written.length === 0) return [];
  const ascii = written.find(({ asciiBytes = 0 }) => asciiBytes !== 0)?.asciiBytes;
  return [
    `${stepName("A file that came back as it went", way)}: ${written.map(({ mode }) => mode).join(", ")}.`,
    ...(ascii === undefined
      ? []
      : [
          `${stepName("In ASCII (TYPE A)", way)}: the same file has ${Math.abs(ascii)} bytes ${ascii > 0 ? "more" : "less"}. Binary files need TYPE I.`,
        ]),
  ];
}
