import { expect, test } from "vitest";
import type { TraceEvent, TraceEventBody } from "../../src/platform/trace.ts";
import { limits } from "../../src/protocol/limits.ts";
import { TunnelMemory } from "../../src/tunnel/tunnel-memory.ts";

function remember(...events: readonly (readonly [timeMs: number, event: TraceEventBody])[]): readonly string[] {
  const memory = new TunnelMemory();
  for (const [timeMs, event] of events) memory.observe({ ...event, session: 1, timeMs } as TraceEvent);
  return memory.sentences();
}

const upstream = { side: "upstream" } as const;
const command = (line: string): TraceEventBody => ({ type: "ftp.command", ...upstream, origin: "gateway", line });
const reply = (line: string): TraceEventBody => ({ type: "ftp.reply", ...upstream, origin: "server", lines: [line] });
const opened: TraceEventBody = { type: "data.open", ...upstream, how: "passive", local: "a:1", remote: "b:50000" };

test("modes, caveats, round trips, refused channels, lost connections and failed transfers are told", () => {
  const told = remember(
    [0, { type: "ssh.connected", target: "ssh-host", transport: "openssh" }],
    [1, { type: "session.open", client: "c:1", gateway: "g:1", target: "ftp-host:21" }],
    [10, command("EPSV")],
    [31, reply("229 ok")],
    [40, command("PWD")],
    [70, reply("257 /")],
    [71, opened],
    [72, opened],
    [73, { type: "relay.note", note: "next transfer tries active towards the server" }],
    [74, { type: "ssh.channel.refused", target: "ftp-host:50004", reason: "administratively prohibited" }],
    [75, { type: "ftp.reply", side: "downstream", origin: "gateway", lines: ["425 Can't open data connection: no"] }],
    [76, { type: "ssh.lost", reason: "the network is gone" }],
    [90, { type: "ssh.connected", target: "ssh-host", transport: "openssh" }],
  );
  expect(told).toEqual([
    "It has had 1 sessions and 2 SSH connections.",
    "SSH was lost: the network is gone.",
    "A round trip to the server took 21 ms at best, 30 ms at last.",
    "Data connections towards the server: passive. (2 times)",
    "next transfer tries active towards the server.",
    "The SSH host refused a channel to ftp-host:*: administratively prohibited.",
    "A client was answered: 425 Can't open data connection: no",
  ]);
});

test("what is pipelined, or takes as long as a transfer, is no round trip", () => {
  expect(remember([0, command("RETR f")], [900, reply("150 ok")]).join()).not.toContain("round trip");
  expect(remember([0, command("EPSV")], [1, command("RETR f")], [9, reply("229 ok")]).join()).not.toContain(
    "round trip",
  );
});

test("it keeps no more than its limit, the newest, and no control characters", () => {
  const notes = Array.from({ length: 100 }, (_, index): readonly [number, TraceEventBody] => [
    index,
    { type: "relay.note", note: `note ${index} \u001b[2J${"x".repeat(1000)}` },
  ]);
  const told = remember(...notes);
  expect(told).toHaveLength(limits.tunnelMemorySentencesMax + 1);
  expect(told.at(-1)).toMatch(/^note 99 /);
  expect(told.join()).not.toContain("\u001b");
  expect(Math.max(...told.map(({ length }) => length))).toBeLessThan(limits.tunnelMemoryTextMax + 50);
});
