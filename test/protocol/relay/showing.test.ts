import { expect, test } from "vitest";
import type { RelayAction } from "../../../src/protocol/relay/messages.ts";
import { RelayHarness } from "./harness.ts";

/** What a trace is shown: `> SIZE f` from whom it came, `213 5` to whom it goes. */
function shown(actions: readonly RelayAction[]): string[] {
  return actions.flatMap((action) => {
    if (action.type === "sent") return [`${action.side} > ${action.line}`];
    if (action.type === "replied") return [`${action.side} < ${action.reply.lines[0]}`];
    return action.type === "note" ? [action.note] : [];
  });
}

function downloaded(relay: RelayHarness, id: number): readonly RelayAction[] {
  relay.transferring(id, "RETR f");
  relay.input({ type: "copied", id, outcome: "eof" });
  relay.server("226 done");
  relay.input({ type: "finished", id, ok: true });
  expect(relay.toClient).toEqual(["226 done"]);
  return relay.actions.splice(0);
}

test("commands and replies are shown for each transfer", () => {
  const relay = new RelayHarness().login();
  expect(shown(downloaded(relay, 1))).toEqual(["upstream < 226 done", "downstream < 226 done"]);
  expect(shown(relay.client("SIZE f"))).toEqual(["downstream > SIZE f", "upstream > SIZE f"]);
});

test("where nobody wants to see them, those before the first transfer are shown, and what the gateway refuses", () => {
  const relay = new RelayHarness({ showsTransfers: false }).login();
  expect(shown(relay.client("SIZE f"))).toEqual(["downstream > SIZE f", "upstream > SIZE f"]);
  expect(shown(relay.server("213 5"))).toEqual(["upstream < 213 5", "downstream < 213 5"]);
  expect(shown(downloaded(relay, 1))).toEqual([]);
  expect(shown([...relay.client("SIZE f"), ...relay.server("213 5")])).toEqual([]);
  expect(shown(relay.client("EPSV 7"))).toEqual(["downstream < 522 Network protocol not supported, use (1)"]);
});

test("a password that nobody is shown is hidden in what is shown later", () => {
  const relay = new RelayHarness({ showsTransfers: false }).login();
  downloaded(relay, 1);
  expect(shown(relay.client("USER you", "PASS xyzzy7"))).toEqual([]);
  relay.server("331 password", "230 welcome");
  relay.client("EPSV");
  expect(shown(relay.server("500 xyzzy7 is no command"))).toEqual([
    "the FTP server refused EPSV: 500 *** is no command: trying pasv",
  ]);
});
