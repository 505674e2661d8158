// What the operating system calls its errors, in our words. The one place where they are translated.

import { Socket } from "node:net";
import { type ErrorCode, type ErrorDetails, isSallyportError, SallyportError } from "../protocol/error.ts";
import { ownEntry } from "../protocol/own-entry.ts";

interface Translation {
  readonly code: ErrorCode;
  readonly words: string;
  readonly hint?: string;
}

const noServer = "Check that the server is running and that host and port are right.";
const noRoute = "Check the address, the routes (ip route) and the firewall.";
const misspelt = "Check the spelling of the host name.";
const addressOfMachine = "Use an address of this machine; `ip address` lists them.";
const files = "Raise the limit of open files (ulimit -n).";

const always: Readonly<Record<string, Translation>> = {
  ECONNREFUSED: { code: "NET_REFUSED", words: "connection refused", hint: noServer },
  ETIMEDOUT: { code: "NET_TIMEOUT", words: "no answer", hint: "Is there a firewall in between that drops packets?" },
  EHOSTUNREACH: { code: "NET_UNREACHABLE", words: "no route to host", hint: noRoute },
  EHOSTDOWN: { code: "NET_UNREACHABLE", words: "host is down", hint: noRoute },
  ENETUNREACH: { code: "NET_UNREACHABLE", words: "network is unreachable", hint: noRoute },
  ENETDOWN: { code: "NET_UNREACHABLE", words: "network is down", hint: noRoute },
  EADDRINUSE: { code: "NET_ADDRESS_IN_USE", words: "address already in use" },
  EADDRNOTAVAIL: { code: "NET_ADDRESS_UNAVAILABLE", words: "cannot assign requested address", hint: addressOfMachine },
  EAFNOSUPPORT: {
    code: "NET_ADDRESS_UNAVAILABLE",
    words: "this machine does not have that kind of address",
    hint: addressOfMachine,
  },
  EACCES: { code: "NET_PERMISSION", words: "permission denied", hint: "Does a local firewall or policy forbid it?" },
  EPERM: { code: "NET_PERMISSION", words: "not permitted", hint: "Does a local firewall or policy forbid it?" },
  ENOTFOUND: { code: "NET_DNS", words: "no such host", hint: misspelt },
  ENODATA: { code: "NET_DNS", words: "the host name has no address", hint: misspelt },
  EAI_AGAIN: {
    code: "NET_DNS",
    words: "the name server does not answer",
    hint: "Check /etc/resolv.conf, or try again.",
  },
  EAI_FAIL: { code: "NET_DNS", words: "the name server failed", hint: "Check /etc/resolv.conf, or try again." },
  EAI_NONAME: { code: "NET_DNS", words: "no such host", hint: misspelt },
  ECONNRESET: { code: "NET_RESET", words: "connection reset by peer" },
  ECONNABORTED: { code: "NET_RESET", words: "connection aborted" },
  EPIPE: { code: "NET_RESET", words: "the peer has closed the connection" },
  EMFILE: { code: "NET_FAILED", words: "too many open files", hint: files },
  ENFILE: { code: "NET_FAILED", words: "too many open files on this machine", hint: files },
  ENOBUFS: { code: "NET_FAILED", words: "the system has no buffers left", hint: "Close connections, or add memory." },
  ENOMEM: { code: "NET_FAILED", words: "the system has no memory left", hint: "Close connections, or add memory." },
  ERR_STREAM_WRITE_AFTER_END: { code: "CLOSED", words: "written to after its end" },
  ERR_STREAM_DESTROYED: { code: "CLOSED", words: "the connection is closed" },
  ECANCELED: { code: "CLOSED", words: "the connection is closed" },
  ERR_SOCKET_CLOSED: { code: "CLOSED", words: "the connection is closed" },
};

/** Hints that depend on what was being done. */
const byPhase: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  listen: {
    EADDRINUSE: "Choose another port (0 picks a free one), or end the program that uses it; `ss -ltnp` shows it.",
    EACCES: "Ports below 1024 need root; choose a higher one.",
    EPERM: "Ports below 1024 need root; choose a higher one.",
  },
  "listen-unix": {
    EADDRINUSE: "Remove it if no program uses it, or give -o StreamLocalBindUnlink=yes.",
    EACCES: "May you write into that directory?",
    ENOENT: "Does the directory exist?",
  },
  connect: {
    EADDRINUSE: "The local port is in use, or waits out TIME_WAIT; let the system choose one.",
    EADDRNOTAVAIL: "The local address is not this machine's, or the same connection waits out TIME_WAIT.",
  },
};

/** The system's name of an error, or its text. Of several attempts (happy eyeballs) the first one's. */
function systemName(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : String(error);
}

/**
 * Makes the system's error one of ours: `subject` says what failed ("could not listen on 127.0.0.1:2001"), the
 * translation says why. One of ours passes as it is.
 */
export function translateSystemError(error: unknown, subject: string, details: ErrorDetails): SallyportError {
  if (isSallyportError(error)) return error;
  const system = systemName(error);
  const known = ownEntry(always, system);
  const hint = ownEntry(byPhase, details.phase ?? "")?.[system] ?? known?.hint;
  return new SallyportError(known?.code ?? "NET_FAILED", `${subject}: ${known?.words ?? system}`, {
    cause: error,
    details: { ...details, system },
    hint,
  });
}

// Makes a socket speak in SallyportErrors: when it is destroyed, and in its write callbacks.
/** Names a connection in messages; asked when there is something to say. */
export type Naming = () => { readonly subject: string; readonly details: ErrorDetails };

const namingKey: unique symbol = Symbol("naming");
const destroyedKey: unique symbol = Symbol("destroyed");

interface NamedSocket extends Socket {
  readonly [namingKey]: Naming;
  [destroyedKey]: boolean;
}

/** node:net makes the sockets that a server accepts itself, so a subclass cannot do this. */
export function translateErrors(socket: Socket, naming: Naming): void {
  const own: Partial<NamedSocket> = {
    [namingKey]: naming,
    [destroyedKey]: socket.destroyed,
    destroy: destroyTranslated,
    _write: writeTranslated,
    _writev: writevTranslated,
  };
  Object.assign(socket, own);
}

function translate(socket: NamedSocket, error: unknown, phase: string): Error {
  const { subject, details } = socket[namingKey]();
  return translateSystemError(error, subject, { ...details, phase });
}

/** Of a write. Node 20 reports those that a destroyed socket never sent as done; later ones say ECANCELED. */
function outcomeOf(socket: NamedSocket, error: Error | null | undefined): Error | null {
  if (!error && !socket[destroyedKey]) return null;
  return translate(socket, error || { code: "ERR_STREAM_DESTROYED" }, "write");
}

function destroyTranslated(this: NamedSocket, error?: Error): NamedSocket {
  const own = error && translate(this, error, "read");
  this[destroyedKey] = true;
  Socket.prototype.destroy.call(this, own);
  return this;
}

type Done = (error?: Error | null) => void;

function writeTranslated(this: NamedSocket, chunk: unknown, encoding: BufferEncoding, done: Done): void {
  Socket.prototype._write.call(this, chunk, encoding, (error) => done(outcomeOf(this, error)));
}

type Chunks = { readonly chunk: unknown; readonly encoding: BufferEncoding }[];

function writevTranslated(this: NamedSocket, chunks: Chunks, done: Done): void {
  Socket.prototype._writev?.call(this, chunks, (error) => done(outcomeOf(this, error)));
}
