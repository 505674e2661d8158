// A machine with small limits; what it sends and reports in words, in the order in which it does.
import { type ChannelEvent, ChannelMachine } from "../../../../src/ssh/channels/machine/channel-machine.ts";
import { WindowBudget } from "../../../../src/ssh/channels/machine/window-budget.ts";
import type { RoundTrips } from "../../../../src/ssh/channels/machine/window-demand.ts";
import type { ChannelMessage } from "../../../../src/ssh/connection-protocol/messages.ts";
import { confirm, describeMessage } from "./messages.ts";

export const testLimits = {
  dataMax: 200,
  channelsMax: 8,
  window: { first: 800, least: 200, total: 3000, cheap: 3000, readForEach: 1, piece: 1 },
} as const;

/** A line of that round trip, on which a millisecond passes with each look at the clock. */
export function passing(roundTripMs: number): RoundTrips {
  let nowMs = 0;
  return { nowMs: () => nowMs++, roundTripMs: () => roundTripMs };
}

export interface TestMachine {
  readonly machine: ChannelMachine;
  readonly windows: WindowBudget;
  /** What the machine makes of messages: its events, and `send …` for what it answers by itself. */
  readonly receive: (...messages: readonly ChannelMessage[]) => string[];
  /** What is sent while `act` is done. */
  readonly sends: (act: () => unknown) => string[];
}

export function makeMachine(): TestMachine {
  let lines: string[] = [];
  const windows = new WindowBudget(testLimits.window, passing(5));
  const send = (message: ChannelMessage): void => void lines.push(`send ${describeMessage(message)}`);
  const machine = new ChannelMachine({ ...testLimits, windows, peer: "the SSH server", send });
  const during = (act: () => unknown): string[] => {
    lines = [];
    act();
    return lines;
  };
  return {
    machine,
    windows,
    sends: (act) => during(act).map((line) => line.replace("send ", "")),
    receive: (...messages) =>
      during(() => {
        for (const message of messages) {
          const event = machine.receive(message);
          if (event !== undefined) lines.push(describeEvent(event));
        }
      }),
  };
}

/** A machine with one open channel; its number at the peer is 70. */
export function openMachine(window = 1000, packetMax = 100): TestMachine & { readonly channel: number } {
  const made = makeMachine();
  const channel = made.machine.open("direct-tcpip");
  made.receive(confirm(channel, 70, window, packetMax));
  return { ...made, channel };
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

export function describeEvent(event: ChannelEvent): string {
  switch (event.type) {
    case "open":
      return `open ${event.request.kind} ${event.request.sender}`;
    case "data":
    case "standard-error":
      return `${event.type} ${event.channel}: ${text(event.bytes)}`;
    case "refused":
      return `refused ${event.channel} ${event.reason} ${event.description}`;
    case "request":
      return `request ${event.channel} ${event.name} ${event.argument ?? ""}`.trimEnd();
    case "reply":
      return `reply ${event.channel} ${event.ok}`;
    case "closed":
      return `closed ${event.channel} input=${event.input} output=${event.output}${event.byUs ? " by us" : ""}`;
    case "fault":
      return `fault ${event.channel} ${event.error.code}: ${event.error.message}`;
    default:
      return `${event.type} ${event.channel}`;
  }
}
