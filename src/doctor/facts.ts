// What the probes have seen, before anybody says what it means. Judged by the findings; shown as evidence.
import type { DataMode } from "../client/client-options.ts";
import type { Endpoint } from "../platform/endpoint.ts";
import type { SallyportError } from "../protocol/error.ts";
import { isLoopback, sameHost } from "../protocol/ip-address.ts";
import type { Reply } from "../protocol/reply.ts";

/** By which way the server is reached: from this machine, or from the SSH host. */
export type WayName = "direct" | "ssh";

/** How a data connection is agreed on, by the command that asks for it. */
export type ProbedMode = "EPSV" | "PASV" | "EPRT" | "PORT" | "default-port";

export const probedModes: readonly ProbedMode[] = ["EPSV", "PASV", "EPRT", "PORT", "default-port"];

/** Who opens the data connection. */
export const dataModeOf = (mode: ProbedMode): DataMode =>
  mode === "default-port" ? mode : mode === "EPSV" || mode === "PASV" ? "passive" : "active";

/** What became of a connection that somebody was to make. `failed`: for a reason of the system's own. */
export type CallFate = "made" | "refused" | "dropped" | "unreachable" | "failed";

/** What the server showed in TLS. */
export interface CertificateFacts {
  /** `TLSv1.3` */
  readonly version: string;
  readonly names: string;
  readonly issuer: string;
  readonly validTo: string;
}

/** The control connection, as far as it came. */
export interface ControlFacts {
  readonly way: WayName;
  /** As the user wrote it. */
  readonly target: Endpoint;
  /** Its ends; of one at the SSH host only what that tells. */
  readonly local?: Endpoint;
  readonly remote?: Endpoint;
  readonly greeting?: Reply;
  /** The reply to SYST, where there was a login. */
  readonly system?: string;
  readonly features?: readonly string[];
  readonly isLoggedIn: boolean;
  /** Nobody was to log in: the password would have been readable on the way. */
  readonly isGreetingOnly?: true;
  /** Inside TLS. */
  readonly isSecure: boolean;
  readonly certificate?: CertificateFacts;
  /** Why there is no session. */
  readonly error?: SallyportError;
  readonly roundTripMs?: number;
}

/** The control connection goes to a port of this machine: somebody forwards it, or the server is here. */
export function isOwnMachine({ way, local, remote }: ControlFacts): boolean {
  if (way !== "direct" || local === undefined || remote === undefined) return false;
  return isLoopback(remote.host) || sameHost(local.host, remote.host);
}

export interface PortTry {
  readonly port: number;
  readonly call: CallFate;
}

/** A data connection that came from another address than the control connection. */
export interface PeerFacts {
  /** The server took it, and the listing came. */
  readonly isTaken: boolean;
  readonly final?: Reply;
}

/** One attempt to get a listing. */
export interface DataFacts {
  readonly way: WayName;
  readonly mode: ProbedMode;
  /** Of the session that it was made in. */
  readonly control: ControlFacts;
  /** The listing came, and 2yz with it. */
  readonly works: boolean;
  /** To PASV, EPSV, PORT or EPRT. */
  readonly setup?: Reply;
  /** The address in a 227, or in our PORT. */
  readonly named?: Endpoint;
  /** Passive: where we connected to, the control connection's host. Active: where we listened. */
  readonly used?: Endpoint;
  readonly call?: CallFate;
  /** Passive, from a port of this machine: what became of a call to the host that the 227 names, which every older client makes. */
  readonly callToNamed?: CallFate;
  /** Active: who came. */
  readonly peer?: Endpoint;
  /** The last reply to the listing. */
  readonly final?: Reply;
  /** The final reply where the data went to the named host. */
  readonly finalOfNamed?: Reply;
  /** The data connection broke, or the control connection went away. */
  readonly error?: SallyportError;
  /** Passive: further ports that the server named, which were connected to and not used. */
  readonly tries?: readonly PortTry[];
  /** Passive, inside TLS: the last reply to a listing whose data connection did not resume the control connection's TLS session. */
  readonly finalUnresumed?: Reply;
  /** Default data ports: how long the second listing was tried again, and whether it worked in the end. */
  readonly waitedMs?: number;
  readonly worksLater?: boolean;
  /** Default data ports: it was the second listing of a session, and the first had worked. */
  readonly isSecond?: boolean;
}

/** A small file that was stored, read back and removed. */
export interface WriteFacts {
  readonly way: WayName;
  readonly mode: ProbedMode;
  /** The file that the doctor made. */
  readonly path: string;
  /** The last reply to STOR. */
  readonly stored?: Reply;
  readonly error?: SallyportError;
  /** Read back, it was the same. */
  readonly isEqual?: boolean;
  /** How many bytes more it had when it was read in ASCII. */
  readonly asciiBytes?: number;
  /** It could not be removed. */
  readonly isLeft?: boolean;
}

/** A control connection that was idle for a time. */
export interface IdleFacts {
  readonly way: WayName;
  readonly idleMs: number;
  /** What went on meanwhile: nothing at all, or a transfer that took as long. */
  readonly during: "silence" | "transfer";
  /** What the server said at the end. */
  readonly reply?: Reply;
  readonly error?: SallyportError;
  /** Somebody ended it before. */
  readonly lostAfterMs?: number;
}

/** The SSH host. */
export interface SshFacts {
  /** `user@host` as it was given. */
  readonly target: string;
  readonly isConnected: boolean;
  readonly transport?: "openssh" | "embedded";
  readonly error?: SallyportError;
  readonly roundTripMs?: number;
  /** Why it does not listen for us, on its own loopback address. */
  readonly listenRefused?: SallyportError;
  readonly gateway?: GatewayFacts;
  /** Why it runs no command for us. */
  readonly commandRefused?: SallyportError;
  /** Sessions that it opened at once, of so many that were asked for. */
  readonly sessions?: { readonly opened: number; readonly asked: number };
  /** ServerAliveInterval of plain ssh, as it is set here; 0: it sends nothing by itself. */
  readonly plainKeepaliveSeconds?: number;
}

/** Where it listens for us (GatewayPorts), by calls to another address of it than 127.0.0.1. */
export interface GatewayFacts {
  /** It was asked to listen on 127.0.0.1. */
  readonly forLoopback: CallFate;
  /** It was asked to listen everywhere. */
  readonly forEverywhere?: CallFate;
  /** From this machine, when it was asked to listen everywhere; absent: its address is not known here. */
  readonly fromHere?: CallFate;
}

/** One of the addresses that this machine has for the FTP server's name. */
export interface AddressFacts {
  readonly address: string;
  /** Of a connection to its control port; absent for an only address, of which the session tells. */
  readonly call?: CallFate;
  readonly tookMs?: number;
  /** Where a connection to it leaves this machine; absent: there was none. */
  readonly from?: string;
}

/** In the order in which clients try them. */
export interface NameFacts {
  readonly host: string;
  readonly addresses: readonly AddressFacts[];
}

/** One server is sent the address at which the other listens. */
export interface ThirdPartyFacts {
  readonly way: WayName;
  /** The server that is sent PORT. */
  readonly other: Endpoint;
  readonly named?: Endpoint;
  /** To PORT. */
  readonly setup?: Reply;
  readonly error?: SallyportError;
}

export interface Facts {
  readonly name?: NameFacts;
  /** Steps that were to be made when the examination was ended. */
  readonly notLookedAt?: readonly string[];
  readonly ssh?: SshFacts;
  readonly controls: readonly ControlFacts[];
  readonly data: readonly DataFacts[];
  readonly peer?: PeerFacts;
  readonly idle?: readonly IdleFacts[];
  readonly written?: readonly WriteFacts[];
  readonly thirdParty?: readonly ThirdPartyFacts[];
}
