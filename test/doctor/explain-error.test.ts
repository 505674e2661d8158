import { describe, expect, test } from "vitest";
import { type ErrorCode, type ErrorDetails, SallyportError } from "../../src/protocol/error.ts";
import { explain, findingOfError, scenarioOf } from "../../src/protocol/findings/explain-error.ts";

/** With a reply, the message is the server's words. */
const error = (code: ErrorCode, message: string, details: ErrorDetails = {}, cause?: unknown): SallyportError =>
  new SallyportError(code, message, {
    details: details.reply === undefined ? details : { ...details, said: message },
    cause,
  });

describe("--explain", () => {
  test.each([
    [
      "D03",
      error("FTP_REPLY_TRANSIENT", "425 Can't build data connection: Cannot assign requested address", { reply: 425 }),
    ],
    ["D07", error("FTP_REPLY_PERMANENT", "500 Illegal PORT command.", { reply: 500 })],
    ["D08", error("FTP_REPLY_TRANSIENT", "425 Security: Bad IP connecting.", { reply: 425 })],
    ["D09", error("FTP_TRANSFER", "nobody came", { mode: "active", named: "203.0.113.5:4242" })],
    [
      "D11",
      error("FTP_REPLY_PERMANENT", "refused", { mode: "active", named: "192.168.7.7:4242", secure: true, reply: 500 }),
    ],
    [
      "D12",
      error("NET_REFUSED", "refused", { mode: "passive", phase: "data", remote: "203.0.113.9:1", named: "10.0.3.7:1" }),
    ],
    ["D17", error("NET_ADDRESS_IN_USE", "taken", { mode: "default-port" })],
    ["D18", error("NET_UNSUPPORTED", "not known from which port", { mode: "default-port" })],
    ["D18", error("SSH_FORWARD_REFUSED", "the SSH server cannot listen there", { mode: "default-port" })],
    ["D19", error("FTP_LOGIN", "530 Non-anonymous sessions must use encryption.", { reply: 530 })],
    ["D20", error("FTP_TRANSFER", "the data ended without a confirmation")],
    ["D24", error("SSH_AUTH", "no key was taken")],
    ["D26", error("SSH_CHANNEL_REFUSED", "no", { channelReason: 1 })],
    ["no-path", error("FTP_REPLY_PERMANENT", "550 x: No such file or directory", { reply: 550 })],
    [undefined, error("FTP_REPLY_PERMANENT", '550 "PORT" may not be deleted', { reply: 550 })],
    [undefined, error("FS_PERMISSION", "permission denied")],
  ] as const)("%s: %s", (found, one) => {
    expect(findingOfError(one)).toBe(found);
    const lines = explain(one);
    expect(lines[0]).toMatch(/^Code: /);
    if (found?.startsWith("D") === true)
      expect(lines.join("\n")).toMatch(new RegExp(`^${found}.*: .*\n[^]*^Why: `, "m"));
  });

  test("tells the causes that the message does not tell", () => {
    const cause = error("NET_RESET", "the connection was reset", {}, new Error("ECONNRESET"));
    const lines = explain(error("FTP_TRANSFER", "it broke (the connection was reset)", {}, cause));
    expect(lines.slice(0, 2)).toEqual(["Code: FTP_TRANSFER (docs/reference/errors.md)", "Because: ECONNRESET"]);
  });
});

test("our own words decide nothing, a server's words below it do", () => {
  const own = "could not list: 500 Illegal PORT command; connection refused; must use encryption";
  expect(findingOfError(new SallyportError("FTP_REPLY_PERMANENT", own, { details: { reply: 500 } }))).toBeUndefined();
  const below = error("FTP_REPLY_TRANSIENT", "425 Security: Bad IP connecting.", { reply: 425 });
  expect(findingOfError(new SallyportError("FTP_TRANSFER", "it broke", { cause: below }))).toBe("D08");
});

describe("an error that is no path problem has no scenario", () => {
  test.each([
    [550, "550 Failed to open file."],
    [550, "550 Failed to change directory."],
    [550, "550 Permission denied."],
    [550, "550 x: No such file or directory"],
    [550, "550 x: Not a regular file"],
    [550, "550 Could not get file size."],
    [450, "450 x: No such file or directory"],
    [450, "450 No files found"],
    [452, "452 Disk full - please upload later"],
    [552, "552 Transfer aborted. Quota exceeded"],
    [553, "553 Could not create file."],
    [553, "553 Can't open that file: Permission denied"],
    [550, "550 The system cannot find the file specified."],
  ])("%i %s", (reply, text) => {
    for (const mode of ["passive", "active", undefined] as const) {
      const one = error(reply < 500 ? "FTP_REPLY_TRANSIENT" : "FTP_REPLY_PERMANENT", `could not get x: ${text}`, {
        reply,
        ...(mode === undefined ? {} : { mode, named: "127.0.0.1:4005" }),
      });
      expect(scenarioOf(one)).toBeUndefined();
    }
  });

  test("nor has one of this machine's files", () => {
    expect(scenarioOf(error("FS_NOT_FOUND", "x: no such file"))).toBeUndefined();
    expect(scenarioOf(error("FS_NO_SPACE", "the disk is full"))).toBeUndefined();
  });
});
