// A machine with small limits, its events in words.
import { ConnectionMachine } from "../../../src/ssh/connection-protocol/connection-machine.ts";
import type { ConnectionEvent } from "../../../src/ssh/connection-protocol/events.ts";
import { confirm, describeOutput } from "./model-server.ts";

export const testLimits = {
  packetMax: 4000,
  dataMax: 200,
  sendMax: 150,
  channelsMax: 8,
  window: { first: 800, least: 200, total: 3000 },
} as const;

export const makeMachine = (): ConnectionMachine => new ConnectionMachine(testLimits);

/** A machine with one open channel; its number at the server is 70. */
export function openMachine(window = 1000, packetMax = 100): { machine: ConnectionMachine; channel: number } {
  const machine = makeMachine();
  const { channel } = machine.open("direct-tcpip");
  machine.receive(confirm(channel, 70, window, packetMax));
  return { machine, channel };
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** Data of one channel that came in a row is one event: where it was cut says nothing. */
export function describeEvents(events: readonly ConnectionEvent[]): string[] {
  const lines: string[] = [];
  for (const event of events) {
    const line = describeEvent(event);
    const head = `data ${"channel" in event ? event.channel : ""}: `;
    if (event.type === "data" && lines.at(-1)?.startsWith(head)) lines.push(lines.pop() + text(event.bytes));
    else lines.push(line);
  }
  return lines;
}

function describeEvent(event: ConnectionEvent): string {
  switch (event.type) {
    case "write":
      return `write ${describeOutput([event.bytes]).join(", ")}`;
    case "data":
      return `data ${event.channel}: ${text(event.bytes)}`;
    case "extended-data":
      return `extended-data ${event.channel} ${event.kind}: ${text(event.bytes)}`;
    case "refused":
      return `refused ${event.channel} ${event.reason} ${event.description}`;
    case "exit-status":
      return `exit-status ${event.channel} ${event.status}`;
    case "reply":
      return `reply ${event.channel} ${event.ok}`;
    case "closed":
      return `closed ${event.channel} input=${event.input} output=${event.output}${event.byUs ? " by us" : ""}`;
    case "failed":
      return `failed ${event.error.code}: ${event.error.message}`;
    default:
      return `${event.type} ${event.channel}`;
  }
}
