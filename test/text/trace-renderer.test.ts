import { describe, expect, test } from "vitest";
import { textWidth } from "../../src/text/text-columns.ts";
import { TraceRenderer } from "../../src/text/trace-renderer.ts";
import { Dialogue } from "../cli/support/dialogue.ts";
import { fc } from "../support/fast-check.ts";

function render(dialogue: Dialogue, width = 100): string[] {
  const renderer = new TraceRenderer({ width });
  return [...dialogue.events.flatMap((event) => renderer.push(event)), ...renderer.flush()];
}

test("a session reads from the left to the right", () => {
  const dialogue = new Dialogue()
    .event({ type: "ssh.connected", target: "alice@ssh-host", transport: "openssh" }, 0)
    .open()
    .wait(40)
    .reply("220 (vsFTPd 3.0.3)")
    .command("USER alice")
    .wait(40)
    .reply("331 Please specify the password.")
    .command("PASS ***")
    .wait(40)
    .reply("230-Welcome", "230 Login successful.")
    .command("PASV", "EPSV")
    .ownReply("227 Entering Passive Mode (127,0,0,1,195,81).")
    .event({ type: "data.listen", side: "downstream", endpoint: "127.0.0.1:50001" })
    .event({ type: "relay.note", note: "the server's address in 227 is not used" })
    .wait(40)
    .event({ type: "ftp.reply", side: "upstream", origin: "server", lines: ["229 Entering EPSV (|||40123|)"] })
    .dataOpen("downstream")
    .event({ type: "data.open", side: "upstream", how: "EPSV", local: ":0", remote: "ftp-host:40123" })
    .command("RETR a.iso")
    .dataClose("upstream", 1_234_567, { by: "remote", how: "fin" })
    .dataClose("downstream", 1_234_567)
    .reply("226 Transfer complete.")
    .event({ type: "session.close", reason: "the client has left" });
  expect(`\n${render(dialogue).join("\n")}\n`).toBe(`
    0.000      - ssh: connected to alice@ssh-host (openssh)
    0.001   1  - session opened: client 127.0.0.1:51234 at 127.0.0.1:2001, server ftp-host:21
    0.042   1  < 220 (vsFTPd 3.0.3)                     |  < 220 (vsFTPd 3.0.3)
    0.044   1  > USER alice                             |  > USER alice
    0.086   1  < 331 Please specify the password.       |  < 331 Please specify the password.
    0.088   1  > PASS ***                               |  > PASS ***
    0.130   1  < 230-Welcome                            |  < 230-Welcome
                 230 Login successful.                  |    230 Login successful.
    0.132   1  > PASV                                   | *> EPSV
    0.134   1 *< 227 Entering Passive Mode              |
                   (127,0,0,1,195,81).                  |
    0.135   1  = waits on 127.0.0.1:50001               |
    0.136   1  - the server's address in 227 is not used
    0.177   1                                           |  < 229 Entering EPSV (|||40123|)
    0.178   1  = passive: 127.0.0.1:50001 -             |  = EPSV: ftp-host:40123
                   127.0.0.1:51235                      |
    0.180   1  > RETR a.iso                             |  > RETR a.iso
    0.182   1  = closed by the gateway after 1,234,567  |  = closed by the peer after 1,234,567
                   bytes                                |      bytes
    0.184   1  < 226 Transfer complete.                 |  < 226 Transfer complete.
    0.186   1  - session closed: the client has left
`);
});

describe("two events share a line", () => {
  const lines = (dialogue: Dialogue): number => render(dialogue).length;

  test("when a command goes on from left to right, or a reply from right to left", () => {
    expect(lines(new Dialogue().command("NOOP"))).toBe(1);
    expect(lines(new Dialogue().reply("200 ok"))).toBe(1);
  });

  test("not the other way round: that would turn cause and effect", () => {
    const command = new Dialogue()
      .event({ type: "ftp.command", side: "upstream", origin: "gateway", line: "NOOP" })
      .event({ type: "ftp.command", side: "downstream", origin: "client", line: "PWD" });
    const reply = new Dialogue()
      .ownReply("227 ok")
      .event({ type: "ftp.reply", side: "upstream", origin: "server", lines: ["229 ok"] });
    expect([lines(command), lines(reply)]).toEqual([2, 2]);
  });

  test("not when they belong to two sessions", () => {
    const dialogue = new Dialogue()
      .event({ type: "ftp.command", side: "downstream", origin: "client", line: "PWD" }, 1)
      .event({ type: "ftp.command", side: "upstream", origin: "client", line: "PWD" }, 2);
    expect(lines(dialogue)).toBe(2);
  });

  test("not when there is time between them", () => {
    const dialogue = new Dialogue()
      .event({ type: "ftp.command", side: "downstream", origin: "client", line: "PWD" })
      .wait(100)
      .event({ type: "ftp.command", side: "upstream", origin: "client", line: "PWD" });
    expect(lines(dialogue)).toBe(2);
  });

  test("not when the first has been flushed", () => {
    const renderer = new TraceRenderer({ width: 100 });
    const [first, second] = new Dialogue().command("PWD").events;
    expect(renderer.push(first!)).toEqual([]);
    expect(renderer.flush()).toHaveLength(1);
    expect(renderer.push(second!)).toEqual([]);
    expect(renderer.flush()).toHaveLength(1);
    expect(renderer.flush()).toEqual([]);
  });
});

describe("what is shown is safe", () => {
  test("control characters of either side are escaped, UTF-8 on the wire is decoded", () => {
    const dialogue = new Dialogue().reply("220 \u001b]0;title\u0007 caf\u00c3\u00a9").command("CWD \u001b[2J");
    expect(render(dialogue).join("\n")).not.toMatch(/[^\P{Cc}\n]/u);
    expect(render(dialogue)[0]).toContain("220 \\x1b]0;title\\x07 café");
  });

  test.each(["PASS secret", "pass  secret", "ACCT secret", " PASS secret"])(
    "%s is hidden even if nobody did it before",
    (line) => {
      const shown = render(new Dialogue().command(line)).join("\n");
      expect(shown).not.toContain("secret");
      expect(shown).toContain("***");
    },
  );

  test("a name that only begins like PASS is not hidden", () => {
    expect(render(new Dialogue().command("RETR PASS word"))[0]).toContain("RETR PASS word");
  });
});

test("every kind of event has a line, and no line is wider than asked", () => {
  const text = fc.string({ unit: fc.constantFrom("a", " ", "漢", "\u001b", "ü", "/"), maxLength: 150 });
  const side = fc.constantFrom("downstream" as const, "upstream" as const);
  const close = fc.record({
    by: fc.constantFrom("local" as const, "remote" as const),
    how: fc.constantFrom("fin" as const, "reset" as const, "timeout" as const, "lost" as const),
  });
  const bytes = fc.nat();
  const event = fc.oneof(
    fc.record({ type: fc.constant("session.open" as const), client: text, gateway: text, target: text }),
    fc.record({ type: fc.constant("session.close" as const), reason: text }),
    fc.record({ type: fc.constant("ftp.command" as const), side, origin: fc.constant("client" as const), line: text }),
    fc.record({
      type: fc.constant("ftp.reply" as const),
      side,
      origin: fc.constant("server" as const),
      lines: fc.array(text, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ type: fc.constant("relay.note" as const), note: text }),
    fc.record({ type: fc.constant("data.listen" as const), side, endpoint: text }),
    fc.record({ type: fc.constant("data.open" as const), side, how: text, local: text, remote: text }),
    fc.record({ type: fc.constant("data.rejected-peer" as const), side, remote: text, count: bytes }),
    fc.record({ type: fc.constant("data.half-close" as const), side, bytes }),
    fc.record({ type: fc.constant("data.close" as const), side, close, bytes }),
    fc.record({ type: fc.constant("ssh.connecting" as const), target: text, transport: text }),
    fc.record({ type: fc.constant("ssh.connected" as const), target: text, transport: text }),
    fc.record({ type: fc.constant("ssh.lost" as const), reason: text, retryInMs: bytes }),
    fc.record({ type: fc.constant("ssh.channel.open" as const), channel: bytes, target: text }),
    fc.record({ type: fc.constant("ssh.channel.refused" as const), target: text, reason: text }),
    fc.record({ type: fc.constant("ssh.channel.close" as const), channel: bytes }),
    fc.record({ type: fc.constant("listener.open" as const), endpoint: text }),
    fc.record({ type: fc.constant("listener.close" as const), endpoint: text }),
  );
  fc.assert(
    fc.property(
      fc.array(event, { minLength: 1, maxLength: 10 }),
      fc.integer({ min: 40, max: 160 }),
      (bodies, width) => {
        const dialogue = new Dialogue();
        for (const body of bodies) dialogue.event(body);
        const lines = render(dialogue, width);
        expect(lines.length).toBeGreaterThan(0);
        for (const line of lines) {
          expect(textWidth(line)).toBeLessThanOrEqual(width);
          expect(line).not.toMatch(/\p{Cc}/u);
        }
      },
    ),
  );
});

test("the header explains the marks within the width", () => {
  const header = new TraceRenderer({ width: 80 }).header("sallyport 0.1.0");
  for (const line of header) expect(textWidth(line)).toBeLessThanOrEqual(100);
  expect(header.at(-1)).toMatch(/client <-> gateway .* \| .* gateway <-> server/);
});
