// A session that is to outlive its server.
import type { RelayConfig } from "../../../src/protocol/relay/messages.ts";
import { RelayHarness } from "./harness.ts";

export const lost = { type: "server-gone", text: "SSH connection lost" } as const;

export const surviving = (config: Partial<RelayConfig> = {}): RelayHarness =>
  new RelayHarness({ surviveMs: 120_000, ...config }).login();

/** The client's command and the server's answer to it. */
export function asked(relay: RelayHarness, command: string, reply: string): void {
  relay.client(command);
  relay.server(reply);
}

/** The new server lets us in; what it was sent. */
export function loginAgain(relay: RelayHarness, replies: readonly string[]): string[] {
  relay.input({ type: "upstream-connected" });
  relay.server("220 ready again");
  const sent: string[] = [];
  for (const reply of replies) {
    sent.push(...relay.toServer);
    relay.server(reply);
  }
  return [...sent, ...relay.toServer];
}
