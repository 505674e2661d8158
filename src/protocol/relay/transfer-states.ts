// The states of a data transfer: of its data connection to the server, of that to the client, and of its data. The page
// docs/internals/transfer-states.md is drawn from these tables; DataTransfer alone goes through them.
import type { CopyOutcome } from "./messages.ts";

/** `listening`: we ask the SSH server for a port. `asked`: a command is on its way to the FTP server. `ready`: a transfer may begin. */
export type UpstreamState = "unprepared" | "listening" | "asked" | "ready" | "opening" | "open" | "failed";
type UpstreamEvent = "listen" | "ask" | "agreed" | "connect" | "opened" | "fail" | "withdraw";
type UpstreamAction = "listen-upstream" | "connect-upstream" | "reset-upstream";

/**
 * `listen`: a method in which the server connects. `ask`: EPSV, PASV, PORT or EPRT has been sent; after a refusal or a failed
 * connection the next method begins with either. `agreed`: the server said yes, or its default data port is listened on.
 */
export const upstreamStates: Transitions<UpstreamState, UpstreamEvent, UpstreamAction> = {
  unprepared: {
    listen: { to: "listening", action: "listen-upstream" },
    ask: { to: "asked" },
  },
  listening: {
    ask: { to: "asked" },
    agreed: { to: "ready" },
    fail: { to: "failed" },
    withdraw: { to: "unprepared", action: "reset-upstream" },
  },
  asked: {
    listen: { to: "listening", action: "listen-upstream" },
    ask: { to: "asked" },
    agreed: { to: "ready" },
    // A pipelined transfer's data connection may overtake the answer to PORT.
    opened: { to: "open" },
    fail: { to: "failed" },
    withdraw: { to: "unprepared" },
  },
  ready: {
    connect: { to: "opening", action: "connect-upstream" },
    opened: { to: "open" },
    fail: { to: "failed" },
    withdraw: { to: "unprepared" },
  },
  opening: {
    listen: { to: "listening", action: "listen-upstream" },
    ask: { to: "asked" },
    opened: { to: "open" },
    fail: { to: "failed" },
    withdraw: { to: "unprepared", action: "reset-upstream" },
  },
  open: {
    withdraw: { to: "unprepared", action: "reset-upstream" },
  },
  failed: {
    withdraw: { to: "unprepared" },
  },
};

export type DownstreamState = "none" | "idle" | "opening" | "open";
type DownstreamEvent = "listen" | "target" | "connect" | "opened" | "lost" | "forget";
type DownstreamAction = "listen-downstream" | "connect-downstream" | "forget-downstream";

/** `listen`: PASV, EPSV or LPSV. `target`: PORT, EPRT, LPRT, or a transfer without any of them; connected to when the server begins. */
export const downstreamStates: Transitions<DownstreamState, DownstreamEvent, DownstreamAction> = {
  none: {
    listen: { to: "opening", action: "listen-downstream" },
    target: { to: "idle" },
  },
  idle: {
    connect: { to: "opening", action: "connect-downstream" },
    forget: { to: "none", action: "forget-downstream" },
  },
  opening: {
    opened: { to: "open" },
    lost: { to: "none" },
    forget: { to: "none", action: "forget-downstream" },
  },
  open: {
    forget: { to: "none", action: "forget-downstream" },
  },
};

/**
 * `idle`: no transfer command as yet. `finishing`: end-of-file is on its way to the sink. `aborted`: by ABOR, or given up.
 * `interrupted`: the server is lost, and the client's side waits for it (survival.ts).
 */
export type DataState =
  | "idle"
  | "opening"
  | "running"
  | CopyOutcome
  | "finishing"
  | "finished"
  | "interrupted"
  | "aborted";
export type DataEvent =
  | "begin"
  | "copy"
  | CopyOutcome
  | "unreachable"
  | "finish"
  | "delivered"
  | "undelivered"
  | "abort"
  | "refused"
  | "interrupt"
  | "resume";
type DataAction = "copy" | "finish" | "call-off" | "hold";

/** `refused`: by the server before it began (550); the data connections stay for another try, as they do at the server. */
export const dataStates: Transitions<DataState, DataEvent, DataAction> = {
  idle: {
    begin: { to: "opening" },
  },
  opening: {
    copy: { to: "running", action: "copy" },
    // The client that was to send cannot be reached.
    unreachable: { to: "source-broke" },
    abort: { to: "aborted" },
    refused: { to: "idle" },
    interrupt: { to: "interrupted", action: "hold" },
  },
  running: {
    eof: { to: "eof" },
    "source-broke": { to: "source-broke" },
    "sink-broke": { to: "sink-broke" },
    abort: { to: "aborted" },
    refused: { to: "idle", action: "call-off" },
    interrupt: { to: "interrupted", action: "hold" },
  },
  eof: {
    finish: { to: "finishing", action: "finish" },
    abort: { to: "aborted" },
    interrupt: { to: "interrupted", action: "hold" },
  },
  "source-broke": {
    abort: { to: "aborted" },
    interrupt: { to: "interrupted", action: "hold" },
  },
  "sink-broke": {
    abort: { to: "aborted" },
    interrupt: { to: "interrupted", action: "hold" },
  },
  finishing: {
    delivered: { to: "finished" },
    undelivered: { to: "sink-broke" },
    abort: { to: "aborted" },
    interrupt: { to: "interrupted", action: "hold" },
  },
  finished: {
    interrupt: { to: "interrupted", action: "hold" },
  },
  interrupted: {
    interrupt: { to: "interrupted", action: "hold" },
    resume: { to: "opening" },
    abort: { to: "aborted" },
  },
  aborted: {},
};

// A machine whose behaviour is a table. docs/internals/transfer-states.md is drawn from the tables that are given to it.

/** For each state, the events that it takes: the state that follows, and what is then to be done. All others change nothing. */
export type Transitions<State extends string, Event extends string, Action extends string> = Readonly<
  Record<State, { readonly [Taken in Event]?: { readonly to: State; readonly action?: Action } }>
>;

export class StateMachine<State extends string, Event extends string, Action extends string> {
  readonly #table: Transitions<State, Event, Action>;
  readonly #perform: (action: Action) => void;
  #state: State;

  constructor(table: Transitions<State, Event, Action>, initial: State, perform: (action: Action) => void) {
    this.#table = table;
    this.#state = initial;
    this.#perform = perform;
  }

  get state(): State {
    return this.#state;
  }

  /** False: this state does not take the event. */
  handle(event: Event): boolean {
    const transition = this.#table[this.#state][event];
    if (transition === undefined) return false;
    this.#state = transition.to;
    if (transition.action !== undefined) this.#perform(transition.action);
    return true;
  }
}
