// Why an SSH connection is not made, in our words; the one place where ssh2's and the system's are translated.

import { type Endpoint, formatEndpoint } from "../../platform/endpoint.ts";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import { ownEntry } from "../../protocol/own-entry.ts";

interface Words {
  readonly code: "SSH_CONNECT" | "SSH_PROTOCOL" | "SSH_AUTH" | "SSH_DISCONNECTED";
  /** Follows `the SSH server HOST:PORT: `. */
  readonly words: string;
  readonly hint: string;
}

const refusesUs =
  "Is it an SSH server (-p)? It may also refuse this machine (MaxStartups, PerSourcePenalties, fail2ban).";

const bySystemError: Readonly<Record<string, readonly [words: string, hint: string]>> = {
  ECONNRESET: ["connection reset by peer", refusesUs],
  ECONNREFUSED: ["connection refused", "Is an SSH server running there? Check host and port (-p)."],
  ETIMEDOUT: ["no answer", "Is there a firewall in between that drops packets? Check host and port (-p)."],
  EHOSTUNREACH: ["no route to host", "Check the address, the routes (ip route) and the firewall."],
  ENETUNREACH: ["network is unreachable", "Check the address, the routes (ip route) and the firewall."],
  EADDRNOTAVAIL: ["cannot assign requested address", "Check BindAddress: it must be an address of this machine."],
  EACCES: ["permission denied", "Does a local firewall or policy forbid it?"],
  ENOTFOUND: ["no such host", "Check the spelling of the host name, and the Host entries of ~/.ssh/config."],
  EAI_AGAIN: ["the name server does not answer", "Check /etc/resolv.conf, or try again."],
};

const noSharedAlgorithm: Readonly<Record<string, string>> = {
  "key exchange algorithm": "KexAlgorithms",
  "host key format": "HostKeyAlgorithms",
  "C->S cipher": "Ciphers",
  "S->C cipher": "Ciphers",
  "C->S MAC": "MACs",
  "S->C MAC": "MACs",
  "C->S compression algorithm": "Compression",
  "S->C compression algorithm": "Compression",
};

/** ssh2's messages. The first that matches counts. */
const byMessage: readonly (readonly [RegExp, Words])[] = [
  [
    /^Connection lost before handshake/,
    {
      code: "SSH_CONNECT",
      words: "closed the connection before the handshake",
      hint: refusesUs,
    },
  ],
  [
    /identification string|Invalid header|Header line too long|Max greeting lines/,
    { code: "SSH_PROTOCOL", words: "does not speak SSH", hint: "Check host and port (-p)." },
  ],
  [
    /^Keepalive timeout/,
    {
      code: "SSH_DISCONNECTED",
      words: "does not answer any more",
      hint: "Check the network. ServerAliveInterval and ServerAliveCountMax say how long to wait.",
    },
  ],
  [
    /^Too many authentication failures/i,
    {
      code: "SSH_AUTH",
      words: "too many authentication failures",
      hint: "Name the right key with -i and -o IdentitiesOnly=yes; MaxAuthTries in its sshd_config counts every key.",
    },
  ],
];

const where = (server: Endpoint): string => `the SSH server ${formatEndpoint(server)}`;

/** The TCP connection failed at `address`. */
export function connectFailed(server: Endpoint, address: string, cause: NodeJS.ErrnoException): SallyportError {
  const [words, hint] = ownEntry(bySystemError, cause.code ?? "") ?? [cause.message, "Check host and port (-p)."];
  const at = address === server.host ? "" : ` (${address})`;
  return new SallyportError("SSH_CONNECT", `could not connect to ${where(server)}${at}: ${words}`, {
    cause,
    hint,
    details: { remote: formatEndpoint(server), phase: "connect", ...(cause.code ? { system: cause.code } : {}) },
  });
}

export function noSuchHost(server: Endpoint, cause: unknown): SallyportError {
  return connectFailed(server, server.host, cause as NodeJS.ErrnoException);
}

/** `step` is what was waited for. */
export function serverSilent(server: Endpoint, step: string): SallyportError {
  return new SallyportError("SSH_CONNECT", `no answer from ${where(server)} to ${step}`, {
    hint: "Is it an SSH server, and is there a firewall in between? ConnectTimeout says how long to wait.",
    details: { remote: formatEndpoint(server), phase: "handshake" },
  });
}

export function proxyFailed(program: string, why: string): SallyportError {
  return new SallyportError("SSH_CONNECT", `the ProxyCommand ${program} failed: ${why}`, {
    hint: "Run the command by hand: it must connect to the SSH server with its standard input and output.",
    details: { phase: "connect" },
  });
}

/** An error of ssh2's, or of the stream below it. `connected`: the log-in had succeeded. */
export function translateSsh2Error(error: unknown, server: Endpoint, connected: boolean): SallyportError {
  if (isSallyportError(error)) return error;
  const { message, code } = error as { message: string; code?: unknown };
  const details = { remote: formatEndpoint(server), phase: connected ? "session" : "handshake" };
  const [, missing] = /no matching (.+)$/i.exec(message) ?? [];
  if (missing !== undefined) {
    return new SallyportError("SSH_PROTOCOL", `${where(server)} and the embedded SSH have no ${missing} in common`, {
      cause: error,
      details,
      hint: `Use --ssh openssh, or allow an older one: -o ${ownEntry(noSharedAlgorithm, missing) ?? "Ciphers"}=+NAME`,
    });
  }
  const known = byMessage.find(([pattern]) => pattern.test(message))?.[1];
  const [system, systemHint] = (typeof code === "string" && ownEntry(bySystemError, code)) || [];
  return new SallyportError(
    known?.code ?? (connected ? "SSH_DISCONNECTED" : "SSH_CONNECT"),
    `${where(server)}: ${known?.words ?? system ?? message}`,
    { cause: error, details, hint: known?.hint ?? (connected ? undefined : systemHint) },
  );
}
