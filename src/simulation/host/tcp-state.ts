// The states of a connection and the ways between them (RFC 9293 section 3.3.2), as netstat(8) spells them.

export type TcpState =
  | "LISTEN"
  | "SYN_SENT"
  | "SYN_RECV"
  | "ESTABLISHED"
  | "FIN_WAIT1"
  | "FIN_WAIT2"
  | "CLOSE_WAIT"
  | "CLOSING"
  | "LAST_ACK"
  | "TIME_WAIT"
  | "CLOSE";

type Ways = Partial<Record<TcpState, TcpState>>;

/** The program ended its direction. */
export const afterOwnEnd: Ways = { ESTABLISHED: "FIN_WAIT1", CLOSE_WAIT: "LAST_ACK" };
/** The peer has our end. */
export const afterFinAcknowledged: Ways = { FIN_WAIT1: "FIN_WAIT2", CLOSING: "TIME_WAIT", LAST_ACK: "CLOSE" };
/** The peer's end came. */
export const afterEnd: Ways = { ESTABLISHED: "CLOSE_WAIT", FIN_WAIT1: "CLOSING", FIN_WAIT2: "TIME_WAIT" };
/** What a program is told of a reset, where it is not ECONNRESET. */
export const resetErrors: Partial<Record<TcpState, string>> = { CLOSE_WAIT: "EPIPE" };
