// How a host's system keeps TCP's rules. Systems differ, and some failures of FTP depend on it.

export interface SystemRules {
  /** Milliseconds in TIME_WAIT, 2MSL (RFC 9293 section 3.6.1). */
  readonly timeWaitMs: number;
  /** Milliseconds in FIN_WAIT2 for the peer's end, once the program has closed. */
  readonly finWaitMs: number;
  /** With time stamps, a connection in TIME_WAIT may be made again by the side that waits (RFC 6191). */
  readonly timestamps: boolean;
  /** The error of connect when the source is 127.0.0.1 and the destination is another host. */
  readonly loopbackSource: "EADDRNOTAVAIL" | "EINVAL";
  /** Ports for those who do not choose. */
  readonly ephemeralPorts: { readonly first: number; readonly last: number };
  /** Bytes that the system takes from a program before the peer has them. */
  readonly sendBufferBytes: number;
  /** Bytes that the system keeps for a program that does not read. */
  readonly receiveBufferBytes: number;
  /** A SYN, its answer, data, and what an ended program left are sent again so many times. */
  readonly synRetries: number;
  readonly synAckRetries: number;
  readonly dataRetries: number;
  readonly orphanRetries: number;
}

/** Linux as it comes: net.ipv4.tcp_*, tcp(7). */
export const linuxRules: SystemRules = {
  timeWaitMs: 60_000,
  finWaitMs: 60_000,
  timestamps: true,
  loopbackSource: "EINVAL",
  ephemeralPorts: { first: 32_768, last: 60_999 },
  sendBufferBytes: 1_048_576,
  receiveBufferBytes: 1_048_576,
  synRetries: 6,
  synAckRetries: 5,
  dataRetries: 15,
  orphanRetries: 8,
};

/** A system without time stamps as in the books: the failures of S03 and S17. */
export const classicRules: SystemRules = { ...linuxRules, timestamps: false, loopbackSource: "EADDRNOTAVAIL" };

// A call of a simulated system fails as the real one does: an error with the system's name, for the same translation.
interface SystemFault extends Error {
  readonly code: string;
}

export const systemFault = (code: string): SystemFault => Object.assign(new Error(code), { code });

/** The system's name of an error, `undefined` for errors of other kinds. */
export function faultCode(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : undefined;
}
