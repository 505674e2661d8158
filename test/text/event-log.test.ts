import { describe, expect, test } from "vitest";
import { EventLog } from "../../src/text/event-log.ts";
import { everydayEvents } from "../../src/text/everyday-events.ts";
import type { LogRecord } from "../../src/text/log-record.ts";
import { Dialogue } from "../cli/support/dialogue.ts";

function logOf(dialogue: Dialogue, log = new EventLog()): LogRecord[] {
  return dialogue.events.flatMap((event) => log.observe(event));
}

const messages = (dialogue: Dialogue): string[] => logOf(dialogue).map(({ level, message }) => `${level} ${message}`);

function download(): Dialogue {
  return new Dialogue(3)
    .open()
    .reply("220 ready")
    .command("PASV", "EPSV")
    .ownReply("227 Entering Passive Mode (127,0,0,1,195,81).")
    .dataOpen("downstream")
    .command("RETR a.iso")
    .reply("150 here it comes");
}

describe("our own server", () => {
  const served = (): Dialogue =>
    new Dialogue(3).event({ type: "session.open", client: "192.0.2.7:5", gateway: "192.0.2.1:21", target: "files" });
  const who = { client: "192.0.2.7", user: "alice", protocol: "ftp" } as const;

  test("tells a file with user, address, whole path and outcome, in one line", () => {
    const dialogue = served()
      .command("STOR x", false)
      .dataOpen("downstream")
      .dataClose("downstream", 5)
      .event({
        type: "file.action",
        ...who,
        command: "STOR x",
        action: "upload",
        path: "/in/x",
        ok: true,
        outcome: "226 ok",
        bytes: 5,
        durationMs: 1.4,
      })
      .ownReply("226 ok");
    const records = logOf(dialogue).slice(1);
    expect(records).toHaveLength(1);
    expect(records[0]).toEqual({
      level: "info",
      message: "session 3: STOR x: 5 bytes in 1 ms (226 ok), alice at 192.0.2.7, /in/x",
      fields: {
        event: "file.action",
        session: 3,
        protocol: "ftp",
        user: "alice",
        address: "192.0.2.7",
        action: "upload",
        command: "STOR x",
        path: "/in/x",
        ok: true,
        outcome: "226 ok",
        bytes: 5,
        durationMs: 1,
      },
    });
  });

  test("tells a name that a terminal would obey in letters", () => {
    const action = { action: "rename", path: "/a", to: "/b\u001b[2J", ok: false, outcome: "550 no" } as const;
    const [record] = logOf(served().event({ type: "file.action", ...who, ...action })).slice(1);
    expect(record?.message).toBe("session 3: rename (550 no), alice at 192.0.2.7, /a to /b\\x1b[2J");
  });

  test("warns of a refused login, and tells one that was let in", () => {
    const login = { client: "192.0.2.7", user: "alice" };
    const records = logOf(
      served()
        .event({ type: "login.refused", ...login })
        .event({ type: "login.accepted", ...login }),
    );
    expect(records.slice(1)).toMatchObject([
      { level: "warn", fields: { event: "login.refused", protocol: "ftp", user: "alice", address: "192.0.2.7" } },
      { level: "info", fields: { event: "login.accepted", protocol: "ftp", user: "alice", address: "192.0.2.7" } },
    ]);
  });

  test("warns of a login that nobody could judge, with the reason", () => {
    const login = { client: "192.0.2.7", user: "alice", reason: "connection refused" };
    const [record] = logOf(served().event({ type: "login.failed", ...login })).slice(1);
    expect(record?.message).toBe("session 3: could not judge a login as alice from 192.0.2.7: connection refused");
    expect(record).toMatchObject({ level: "warn", fields: { event: "login.failed", user: "alice" } });
  });

  test("tells a listing as before", () => {
    const dialogue = served()
      .command("LIST", false)
      .dataOpen("downstream")
      .dataClose("downstream", 5)
      .ownReply("226 ok");
    expect(messages(dialogue).at(-1)).toMatch(/^info session 3: LIST: 5 bytes/);
  });
});

describe("a transfer is one line", () => {
  test("with the data closed before the final reply", () => {
    const dialogue = download().wait(1500).dataClose("downstream", 1_234_567).reply("226 Transfer complete.");
    expect(messages(dialogue)).toEqual([
      "info session 3: opened by 127.0.0.1:51234 for ftp-host:21",
      "info session 3: RETR a.iso: 1,234,567 bytes in 1.5 s (226 Transfer complete.)",
    ]);
  });

  test("with the data closed after the final reply", () => {
    const dialogue = download().reply("226 Transfer complete.").wait(500).dataClose("downstream", 1);
    expect(messages(dialogue).at(-1)).toMatch(
      /^info session 3: RETR a.iso: 1 byte in 50\d ms \(226 Transfer complete.\)$/,
    );
  });

  test("with what machines want to know in its fields", () => {
    const records = logOf(download().wait(93).dataClose("downstream", 7).reply("226 ok"));
    expect(records.at(-1)?.fields).toEqual({
      event: "transfer",
      session: 3,
      command: "RETR a.iso",
      reply: "226 ok",
      bytes: 7,
      durationMs: 99,
      closedBy: "local",
      closedHow: "fin",
    });
  });

  test("with how it broke", () => {
    const dialogue = download().dataClose("downstream", 9, { by: "remote", how: "reset" }).reply("426 broken");
    expect(messages(dialogue).at(-1)).toMatch(/RETR a.iso: 9 bytes in \d+ ms, reset by the peer \(426 broken\)/);
  });

  test("with the session's end where no reply came", () => {
    const dialogue = download()
      .dataClose("downstream", 9, { by: "local", how: "reset" })
      .event({ type: "session.close", reason: "SSH lost" });
    expect(messages(dialogue).slice(-2)).toEqual([
      expect.stringMatching(/RETR a.iso: 9 bytes in \d+ ms, reset by the gateway \(no final reply\)/),
      "info session 3: closed: SSH lost",
    ]);
  });

  test("without data where there was none", () => {
    const dialogue = new Dialogue(3).command("RETR nofile").reply("550 No such file.");
    expect(messages(dialogue)).toEqual(["info session 3: RETR nofile: no data (550 No such file.)"]);
  });
});

describe("replies find their commands", () => {
  test("when commands are pipelined", () => {
    const dialogue = new Dialogue()
      .command("CWD x")
      .command("SIZE a")
      .command("RETR a")
      .command("MDTM a")
      .reply("250 ok")
      .reply("213 5")
      .dataOpen("downstream")
      .reply("150 go")
      .reply("226 done")
      .dataClose("downstream", 5)
      .reply("213 20200101000000");
    expect(messages(dialogue)).toEqual([expect.stringContaining("RETR a: 5 bytes")]);
  });

  test("when STAT is answered in the middle of a transfer", () => {
    const dialogue = download()
      .command("STAT")
      .reply("211-Status", " busy", "211 End")
      .dataClose("downstream", 5)
      .reply("226 done");
    expect(messages(dialogue).at(-1)).toContain("RETR a.iso: 5 bytes");
    expect(messages(dialogue).at(-1)).toContain("226 done");
  });

  test("when ABOR has two answers", () => {
    const dialogue = download()
      .command("ABOR")
      .dataClose("downstream", 5, { by: "local", how: "reset" })
      .reply("426 aborted")
      .reply("226 ABOR ok")
      .command("NLST")
      .reply("550 empty");
    expect(messages(dialogue).slice(-2)).toEqual([
      expect.stringContaining("RETR a.iso: 5 bytes"),
      "info session 3: NLST: no data (550 empty)",
    ]);
  });
});

describe("a warning", () => {
  const lost = (reason: string, retryInMs: number) => ({ type: "ssh.lost", reason, retryInMs }) as const;
  const levels = (dialogue: Dialogue): string[] => logOf(dialogue).map(({ level }) => level);

  test("that repeats itself is one once, with what to do; the next attempt is for -v", () => {
    const records = logOf(new Dialogue(0).event(lost("refused", 1000)).event(lost("refused", 2000)));
    expect(records.map(({ level, hint }) => [level, hint !== undefined])).toEqual([
      ["warn", true],
      ["info", false],
    ]);
  });

  test("is told again when the reason is another one, or when SSH was back in between", () => {
    const back = { type: "ssh.connected", target: "h", transport: "embedded" } as const;
    expect(levels(new Dialogue(0).event(lost("refused", 1)).event(lost("reset", 1)))).toEqual(["warn", "warn"]);
    expect(levels(new Dialogue(0).event(lost("refused", 1)).event(back).event(lost("refused", 1)))).toEqual([
      "warn",
      "warn",
      "warn",
    ]);
  });

  test("does not say the same twice in one line", () => {
    const reason = "the SSH server refused to connect to f:21: connect failed (Connection refused)";
    const refused = { type: "ssh.channel.refused", target: "f:21", reason } as const;
    expect(messages(new Dialogue(0).event(refused))).toEqual([`warn ${reason}`]);
  });
});

describe("other events", () => {
  test("a refusal of ours is told, one of the server's is not", () => {
    const dialogue = new Dialogue()
      .command("AUTH TLS", false)
      .ownReply("534 Not needed: this is inside SSH.")
      .command("MKD x")
      .reply("550 No.");
    expect(messages(dialogue)).toEqual(["info session 1: answered 534 Not needed: this is inside SSH."]);
  });

  test("SSH lost and back are both warnings; the first connection is not", () => {
    const dialogue = new Dialogue(0)
      .event({ type: "ssh.connected", target: "alice@h", transport: "openssh" })
      .event({ type: "ssh.lost", reason: "time-out", retryInMs: 2000 })
      .event({ type: "ssh.connected", target: "alice@h", transport: "openssh" });
    expect(messages(dialogue)).toEqual([
      "info connected to alice@h (openssh)",
      "warn SSH connection lost: time-out; connecting again in 2.0 s",
      "warn connected again to alice@h (openssh)",
    ]);
  });

  test("a rejected peer and a refused channel are warnings", () => {
    const dialogue = new Dialogue()
      .event({ type: "data.rejected-peer", side: "downstream", remote: "192.0.2.66:4000", count: 1 })
      .event({ type: "ssh.channel.refused", target: "ftp-host:21", reason: "administratively prohibited" });
    expect(messages(dialogue)).toEqual([
      "warn session 1: dropped a data connection from 192.0.2.66:4000: not the session's peer",
      "warn session 1: the SSH server refused a channel to ftp-host:21: administratively prohibited",
    ]);
  });

  test("bytes of the wire are made readable: UTF-8 decoded, the rest escaped", () => {
    const dialogue = new Dialogue().command("RETR x").reply("550 \u00c3\u00bc\u001b[31m");
    expect(messages(dialogue)).toEqual(["info session 1: RETR x: no data (550 ü\\x1b[31m)"]);
  });
});

test("what happens for every file is never more than information", () => {
  const dialogue = new Dialogue(1)
    .event({ type: "session.open", client: "192.0.2.7:5", gateway: "192.0.2.1:21", target: "files" })
    .command("RETR x", false)
    .dataOpen("downstream")
    .dataClose("downstream", 0, { by: "remote", how: "reset" })
    .event({
      type: "file.action",
      client: "192.0.2.7",
      user: "alice",
      protocol: "ftp",
      action: "download",
      path: "/x",
      ok: false,
      outcome: "426 Transfer aborted.",
    })
    .ownReply("426 Transfer aborted.");
  const everyday = dialogue.events.filter(({ type }) => everydayEvents.has(type));
  expect(everyday.length).toBe(dialogue.events.length - 1);
  expect(new Set(logOf(dialogue).map(({ level }) => level))).toEqual(new Set(["info"]));
});
