// A session without a transfer whose server is lost: what the new server is sent, and what the client notices.
import { describe, expect, it } from "vitest";
import { RelayHarness } from "./harness.ts";
import { asked, loginAgain, lost, surviving } from "./surviving.ts";

describe("an idle session whose server is lost", () => {
  it("is made again with everything that was set, in the same directory", () => {
    const relay = surviving();
    asked(relay, "OPTS UTF8 ON", "200 ok");
    asked(relay, "TYPE A", "200 A");
    asked(relay, "TYPE I", "200 I");
    asked(relay, "CWD sub", "250 ok");
    expect(relay.toServer.at(-1)).toBe("PWD");
    relay.server('257 "/home/me/sub" is where you are');
    asked(relay, "MODE S", "200 S");
    relay.look();
    relay.input(lost);
    const replies = ["331 password", "230 welcome", "200 ok", "200 I", "200 S", "250 ok"];
    expect(loginAgain(relay, replies)).toEqual([
      "USER me",
      "PASS secret",
      "OPTS UTF8 ON",
      "TYPE I",
      "MODE S",
      "CWD /home/me/sub",
      "PWD",
    ]);
    relay.client("NOOP");
    expect(relay.toServer).toEqual([]);
    relay.server('257 "/home/me/sub"');
    expect(relay.toServer).toEqual(["NOOP"]);
    relay.server("200 ok");
    expect(relay.toClient).toEqual(["200 ok"]);
  });

  it("is sent before the login what was set before it", () => {
    const relay = new RelayHarness({ surviveMs: 120_000 });
    relay.server("220 ready");
    asked(relay, "HOST ftp.example", "220 ready");
    asked(relay, "LANG en", "200 en");
    asked(relay, "USER me", "230 welcome");
    relay.look();
    relay.input(lost);
    expect(loginAgain(relay, ["220 ready", "200 en"])).toEqual(["HOST ftp.example", "LANG en", "USER me"]);
  });

  it("ends with 421 when the new server is in another directory", () => {
    const relay = surviving();
    asked(relay, "CWD sub", "250 ok");
    relay.server('257 "/home/me/sub"');
    relay.look();
    relay.input(lost);
    loginAgain(relay, ["331 password", "230 welcome", "250 ok", '257 "/elsewhere/sub"']);
    expect(relay.toClient).toEqual([expect.stringContaining("421 ")]);
  });

  it.each([
    ["DELE f", undefined],
    ["RNTO b", undefined],
    ["MKD d", undefined],
    ["SITE CHMOD 600 f", undefined],
    ["RNFR a", "350 and to?"],
    ["SITE UMASK 022", "200 ok"],
    ["XYZZY", "200 nothing happens"],
  ])("ends with 421 where %s was asked and it said %s", (command, reply) => {
    const relay = surviving();
    relay.client(command);
    if (reply !== undefined) relay.server(reply);
    relay.look();
    relay.input(lost);
    expect(relay.toClient).toEqual(["421 SSH connection lost"]);
    expect(relay.done).toEqual(["close SSH connection lost"]);
  });

  it("asks again what has not been answered and may be asked twice", () => {
    const relay = surviving();
    relay.client("SIZE f");
    relay.look();
    relay.input(lost);
    expect(loginAgain(relay, ["331 password", "230 welcome"]).at(-1)).toBe("SIZE f");
    relay.server("213 5");
    expect(relay.toClient).toEqual(["213 5"]);
  });

  it("ends as the server wants it when the server hangs up in order", () => {
    const relay = surviving();
    relay.input({ type: "server-gone" });
    expect(relay.toClient).toEqual(["421 the FTP server closed the control connection"]);
  });

  it("ends with 421 when there is no server within the time", () => {
    const relay = surviving();
    relay.input(lost);
    relay.client("NOOP");
    relay.input({ type: "server-unreachable", text: "no way" });
    relay.input({ type: "timer", name: "revival", bytes: 0 });
    expect(relay.toClient).toEqual([expect.stringMatching(/^421 SSH connection lost; .* in time/)]);
  });

  it("tries a server again that has no room yet, and gives up one that refuses the login", () => {
    const relay = surviving();
    relay.input(lost);
    loginAgain(relay, ["331 password", "421 too many of you"]);
    relay.input({ type: "server-gone" });
    relay.look();
    relay.input({ type: "timer", name: "reopen", bytes: 0 });
    expect(relay.done).toEqual(["reopen-upstream"]);
    loginAgain(relay, ["331 password", "530 no"]);
    expect(relay.toClient).toEqual([expect.stringMatching(/^421 .*530 no to PASS/)]);
  });

  it("does without a password before the login, with holdMs alone; after it, it ends with 421", () => {
    const relay = new RelayHarness({ holdMs: 60_000 });
    relay.server("220 ready");
    relay.look();
    relay.input(lost);
    relay.client("USER me");
    expect(loginAgain(relay, [])).toEqual(["USER me"]);
    relay.server("331 password");
    expect(relay.toClient).toEqual(["331 password"]);
    relay.input(lost);
    expect(relay.toClient).toEqual(["421 SSH connection lost"]);
  });

  it("has its password in no action but the one that is for the wire", () => {
    const relay = surviving();
    relay.input(lost);
    loginAgain(relay, ["331 password", "230 welcome"]);
    const shown = relay.actions.filter(({ type }) => type !== "write-upstream");
    expect(JSON.stringify(shown)).not.toContain("secret");
    expect(JSON.stringify(shown)).toContain("PASS ***");
  });
});

it("without survival a lost server ends the session at once", () => {
  const relay = new RelayHarness().login();
  relay.input(lost);
  expect(relay.toClient).toEqual(["421 SSH connection lost"]);
});
