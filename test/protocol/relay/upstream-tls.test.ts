// TLS towards the server: when it is asked for, what waits for it, and what the client is sent. The client itself knows no TLS.
import { describe, expect, test } from "vitest";
import type { RelayConfig, ServerMemory } from "../../../src/protocol/relay/messages.ts";
import { RelayHarness } from "./harness.ts";

const auto = (memory: ServerMemory = { passiveReaches: true }): RelayHarness =>
  new RelayHarness({ upstreamTls: "auto", memory });

/** What the real servers say, to USER but for the last. */
const demands: readonly (readonly [server: string, reply: string])[] = [
  ["vsftpd", "530 Non-anonymous sessions must use encryption."],
  ["vsftpd, anonymous", "530 Anonymous sessions must use encryption."],
  ["ProFTPD", "550 SSL/TLS required on the control channel"],
  ["FileZilla Server 1", "503 Use AUTH first."],
  ["FileZilla Server 0.9", "530 This server does not allow plain FTP. You have to use FTP over TLS."],
  ["IIS", "534-Policy requires SSL. \r\n Win32 error:   Access is denied. \r\n534 End"],
  ["serve", "530 This server wants TLS before the login: send AUTH TLS first."],
  ["one that nobody has listed", "530 Encryption is required here"],
];

function handshake(relay: RelayHarness): void {
  expect(relay.done).toEqual(["secure-upstream"]);
  relay.input({ type: "upstream-secured" });
}

describe("auto", () => {
  test.each(demands)(
    "%s demands TLS: AUTH TLS, protection, and USER again; the client sees the last answer",
    (_, demand) => {
      const relay = auto();
      relay.server("220 ready");
      relay.client("USER me");
      relay.look();
      relay.server(demand);
      expect(relay.toServer).toEqual(["AUTH TLS"]);
      relay.client("SYST");
      relay.server("234 go");
      handshake(relay);
      expect(relay.toServer).toEqual(["PBSZ 0", "PROT P", "USER me", "SYST"]);
      relay.server("200 ok", "200 ok", "331 password", "215 UNIX");
      expect(relay.toClient).toEqual(["331 password", "215 UNIX"]);
    },
  );

  test.each(["530 Login incorrect.", "530 User ssl cannot log in.", "550 No such user", "421 Too many users."])(
    "%s is no demand",
    (reply) => {
      const relay = auto();
      relay.server("220 ready");
      relay.client("USER ssl");
      relay.look();
      relay.server(reply);
      expect(relay.toServer).toEqual([]);
      expect(relay.toClient[0]).toBe(reply);
    },
  );

  test("a server that does without costs no command", () => {
    const relay = auto();
    relay.server("220 ready");
    relay.client("USER me");
    relay.server("331 password");
    relay.client("PASS secret");
    relay.server("230 welcome");
    expect(relay.toServer).toEqual(["USER me", "PASS secret"]);
  });

  test("a password waits until the server has taken the name in the clear, in the first session only", () => {
    const memory: ServerMemory = { passiveReaches: true };
    const relay = auto(memory);
    relay.server("220 ready");
    relay.client("USER me", "PASS secret");
    expect(relay.toServer).toEqual(["USER me"]);
    relay.server("331 password");
    expect(relay.toServer).toEqual(["PASS secret"]);
    relay.server("230 welcome");
    const next = auto(memory);
    next.server("220 ready");
    next.client("USER me", "PASS secret");
    expect(next.toServer).toEqual(["USER me", "PASS secret"]);
  });

  test("a demand that comes only to PASS begins the login again", () => {
    const relay = auto();
    relay.server("220 ready");
    relay.client("USER me");
    relay.server("331 password");
    relay.client("PASS secret");
    relay.look();
    relay.server("530 TLS required");
    relay.server("234 go");
    handshake(relay);
    relay.server("200 ok", "200 ok", "331 password");
    expect(relay.toServer).toEqual(["AUTH TLS", "PBSZ 0", "PROT P", "USER me", "PASS secret"]);
    relay.server("230 welcome");
    expect(relay.toClient).toEqual(["230 welcome"]);
  });

  test("Pure-FTPd hangs up for want of TLS: another connection, whose greeting the client does not see", () => {
    const relay = auto();
    relay.server("220 ready");
    relay.client("USER me");
    relay.look();
    relay.server("421 Sorry, cleartext sessions and weak ciphers are not accepted on this server.");
    expect(relay.done).toEqual(["reconnect-upstream"]);
    relay.input({ type: "upstream-connected" });
    relay.server("220 ready again");
    expect(relay.toServer).toEqual(["AUTH TLS"]);
    relay.server("234 go");
    handshake(relay);
    relay.server("200 ok", "200 ok", "331 password");
    expect(relay.toServer).toEqual(["PBSZ 0", "PROT P", "USER me"]);
    expect(relay.toClient).toEqual(["331 password"]);
  });

  test("vsftpd hangs up behind its demand", () => {
    const relay = auto();
    relay.server("220 ready");
    relay.client("USER me");
    relay.server("530 Non-anonymous sessions must use encryption.");
    relay.look();
    relay.input({ type: "server-gone" });
    expect(relay.done).toEqual(["reconnect-upstream"]);
    relay.input({ type: "upstream-connected" });
    relay.server("220 ready again", "234 go");
    handshake(relay);
    relay.server("200 ok", "200 ok", "331 password");
    expect(relay.toClient).toEqual(["331 password"]);
  });

  test("a server that hangs up again is not asked a third time", () => {
    const relay = auto();
    relay.server("220 ready");
    relay.client("USER me");
    relay.server("530 Non-anonymous sessions must use encryption.");
    relay.input({ type: "server-gone" });
    relay.input({ type: "upstream-connected" });
    relay.server("220 ready again");
    relay.look();
    relay.input({ type: "server-gone" });
    expect(relay.toClient).toEqual(["421 the FTP server closed the control connection"]);
    expect(relay.done).toEqual(["close the FTP server closed the control connection"]);
  });

  test("what was pipelined behind a USER after which the server hangs up is answered by the end, and the next session begins with TLS", () => {
    const memory: ServerMemory = { passiveReaches: true };
    const relay = auto(memory);
    relay.server("220 ready");
    relay.client("USER me", "SYST");
    relay.server("530 Non-anonymous sessions must use encryption.");
    relay.look();
    relay.input({ type: "server-gone" });
    expect(relay.toClient).toEqual(["421 the FTP server closed the control connection"]);
    expect(memory.wantsTls).toBe(true);
  });

  test("the next session does AUTH TLS at once, and a server that then refuses gets nothing", () => {
    const memory: ServerMemory = { passiveReaches: true, wantsTls: true };
    const relay = auto(memory);
    relay.server("220 ready");
    expect(relay.toServer).toEqual(["AUTH TLS"]);
    relay.client("USER me");
    expect(relay.toServer).toEqual([]);
    relay.server("502 no");
    expect(relay.toServer).toEqual([]);
    expect(relay.toClient).toEqual([
      expect.stringMatching(/^421 ftp-host:21 does not offer TLS: it said 502 no to AUTH TLS/),
    ]);
  });

  test("a server that demands TLS and refuses AUTH TLS: the client is sent both, once", () => {
    const relay = auto();
    relay.server("220 ready");
    relay.client("USER me");
    relay.look();
    relay.server("530 TLS required", "504 no");
    expect(relay.toClient).toEqual(["530 TLS required The tunnel's AUTH TLS was refused: 504 no"]);
    relay.client("USER me");
    relay.server("530 TLS required");
    expect(relay.toServer).toEqual(["AUTH TLS", "USER me"]);
    expect(relay.toClient).toEqual(["530 TLS required"]);
  });

  test("a transfer that is refused for want of TLS says how, and the next session has it", () => {
    const memory: ServerMemory = { passiveReaches: true };
    const relay = auto(memory);
    relay.server("220 ready");
    relay.client("USER me");
    relay.server("331 password");
    relay.client("PASS secret");
    relay.server("230 welcome");
    relay.passive(1);
    relay.client("RETR f");
    relay.look();
    relay.server("522 Data connections must be encrypted.");
    expect(relay.toClient).toEqual([
      "522 Data connections must be encrypted. Log in again: the tunnel then uses TLS towards this server.",
    ]);
    expect(memory.wantsTls).toBe(true);
  });
});

describe("require", () => {
  const required = (config: Partial<RelayConfig> = {}): RelayHarness =>
    new RelayHarness({ upstreamTls: "require", ...config });

  test("AUTH TLS stands behind the greeting, which the client gets when all is inside TLS", () => {
    const relay = required();
    relay.server("220 ready");
    expect(relay.toServer).toEqual(["AUTH TLS"]);
    relay.server("234 go");
    expect(relay.toClient).toEqual([]);
    handshake(relay);
    expect(relay.toServer).toEqual(["PBSZ 0", "PROT P"]);
    expect(relay.toClient).toEqual(["220 ready"]);
  });

  test("a server that knows no PBSZ but protects is good enough", () => {
    const relay = required();
    relay.server("220 ready", "234 go");
    handshake(relay);
    relay.look();
    relay.client("USER me");
    relay.server("500 PBSZ?", "200 protected", "331 password");
    expect(relay.toClient).toEqual(["331 password"]);
  });

  test.each([
    ["AUTH", ["502 no"], "does not offer TLS"],
    ["PROT", ["234 go", "200 ok", "536 no"], "does not protect data connections"],
  ] as const)("a server that refuses %s ends the session, with the cause", (_, replies, cause) => {
    const relay = required();
    relay.server("220 ready");
    for (const reply of replies) {
      relay.server(reply);
      if (reply.startsWith("234")) handshake(relay);
    }
    expect(relay.toClient.at(-1)).toContain(cause);
    expect(relay.done).toContainEqual(expect.stringMatching(/^close /));
  });

  test("what stands in the clear behind the 234 ends the session (CVE-2021-22947)", () => {
    for (const injected of ["234 go\r\n230 welcome", "234 go\r\n230 we"]) {
      const relay = required();
      relay.server("220 ready");
      relay.look();
      const bytes = Buffer.from(injected.endsWith("we") ? injected : `${injected}\r\n`);
      relay.input({ type: "server-bytes", bytes });
      expect(relay.toClient).toEqual([expect.stringMatching(/^421 .* continued in the clear/)]);
    }
  });

  test("a handshake that fails ends the session with its reason, once", () => {
    const relay = required();
    relay.server("220 ready", "234 go");
    relay.look();
    relay.input({ type: "server-gone", text: "the certificate is not trusted" });
    expect(relay.toClient).toEqual(["421 the certificate is not trusted"]);
  });

  test("data is inside TLS, and begins when the server has begun", () => {
    const relay = required();
    relay.server("220 ready", "234 go");
    handshake(relay);
    relay.client("USER me", "PASS secret");
    relay.server("200 ok", "200 ok", "331 password", "230 welcome");
    relay.passive(1);
    relay.client("RETR f");
    relay.look();
    relay.input({ type: "data-open", id: 1, side: "upstream" });
    relay.input({ type: "data-open", id: 1, side: "downstream" });
    expect(relay.done).toEqual([]);
    relay.server("150 here it comes");
    expect(relay.done).toEqual(['copy 1 download ["upstream"]']);
  });
});

test("implicit: protection is asked for behind the greeting, pipelined with what the client says", () => {
  const relay = new RelayHarness({ upstreamTls: "implicit" });
  relay.server("220 ready");
  relay.client("USER me");
  expect(relay.toServer).toEqual(["PBSZ 0", "PROT P", "USER me"]);
  expect(relay.toClient).toEqual(["220 ready"]);
});

test("off: what the server says about TLS is the client's", () => {
  const relay = new RelayHarness();
  relay.server("220 ready");
  relay.client("USER me");
  relay.look();
  relay.server("530 Non-anonymous sessions must use encryption.");
  expect(relay.toServer).toEqual([]);
  expect(relay.toClient).toEqual(["530 Non-anonymous sessions must use encryption."]);
});
