// What a connection knows of one channel.
import { advance, type DirectionState, type DirectionStep, isOver } from "./half-close.ts";
import type { ReceiveWindow, SendWindow } from "./window.ts";

/** The peer's side, known once the channel is open. */
export interface RemoteEnd {
  readonly number: number;
  readonly window: SendWindow;
}

export class ChannelState {
  readonly number: number;
  readonly window: ReceiveWindow;
  /** Absent while the channel is being opened. */
  remote: RemoteEnd | undefined;
  /** Given up by us. While it is being opened: it is closed as soon as it is open. */
  isAbandoned = false;
  /** For a command, whose exit status may come behind both end-of-files. */
  staysOpen = false;
  /** Requests of ours that the peer has not answered yet (RFC 4254 section 5.4: answers come in order). */
  unanswered = 0;
  /** From the peer to us. */
  input: DirectionState = "open";
  /** From us to the peer. */
  output: DirectionState = "open";

  constructor(number: number, window: ReceiveWindow) {
    this.number = number;
    this.window = window;
  }

  /** False where the step is not allowed. */
  step(direction: "input" | "output", step: DirectionStep): boolean {
    const next = advance(this[direction], step);
    if (next === undefined) return false;
    this[direction] = next;
    return true;
  }

  /** We have sent our CLOSE, so we send nothing more. */
  get isClosing(): boolean {
    return isOver(this.output);
  }

  /** Both directions came to their end-of-file: time for the CLOSE (RFC 4254 section 5.3). */
  get isComplete(): boolean {
    return !this.staysOpen && this.input === "ended" && this.output === "ended";
  }
}
