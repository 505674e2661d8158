import { describe, expect, test } from "vitest";
import { jsonAnnouncer, textAnnouncer } from "../../../src/cli/report/announce.ts";
import type { TraceEventBody } from "../../../src/platform/trace.ts";
import { SallyportError } from "../../../src/protocol/error.ts";

const forward = {
  url: "ftp://127.0.0.1:2001",
  host: "127.0.0.1",
  port: 2001,
  target: "ftp-host:21",
  through: "user@ssh-host",
};
const event = (body: TraceEventBody) => ({ ...body, session: 0, timeMs: 0 });
const connected = event({ type: "ssh.connected", target: "user@ssh-host", transport: "openssh" });
const lost = event({ type: "ssh.lost", reason: "reset", retryInMs: 500 });

describe("text", () => {
  test("a forward that is ready is one line", () => {
    const line = textAnnouncer.listening(forward, { transport: "openssh" });
    expect(line).toBe("ftp://127.0.0.1:2001 -> ftp-host:21 through user@ssh-host");
  });

  test("one that other machines can use says so, and where", () => {
    const line = textAnnouncer.listening({ ...forward, openAt: "every address" }, { transport: "openssh" });
    expect(line).toBe(
      "ftp://127.0.0.1:2001 -> ftp-host:21 through user@ssh-host, open to other machines at every address, port 2001",
    );
  });

  test("and names the addresses that they can use, but no more than a line holds", () => {
    const openUrls = ["ftp://192.0.2.7:2001", "ftp://[2001:db8::7]:2001"];
    const two = textAnnouncer.listening({ ...forward, openAt: "every address", openUrls }, { transport: "openssh" });
    expect(two).toMatch(/user@ssh-host, from other machines ftp:\/\/192\.0\.2\.7:2001 ftp:\/\/\[2001:db8::7\]:2001$/);
    const many = Array.from({ length: 6 }, (_, at) => `ftp://192.0.2.${at}:2001`);
    const six = textAnnouncer.listening(
      { ...forward, openAt: "every address", openUrls: many },
      { transport: "openssh" },
    );
    expect(six).toMatch(/ftp:\/\/192\.0\.2\.3:2001 and 2 more$/);
  });

  test("nothing else is announced", () => {
    expect(textAnnouncer.closed()).toBeUndefined();
    expect(textAnnouncer.observe(lost)).toBeUndefined();
    expect(textAnnouncer.failed(new SallyportError("CLOSED", "x"))).toBeUndefined();
  });
});

describe("--json", () => {
  const parse = (line: string | undefined): unknown => JSON.parse(line ?? "null");

  test("a forward that is ready", () => {
    const line = jsonAnnouncer().listening(forward, { transport: "embedded" });
    expect(parse(line)).toEqual({ event: "listening", ...forward, transport: "embedded" });
    expect(line).toMatch(/^{"event":"listening",/);
  });

  test("an error, with the status that the program will exit with", () => {
    const error = new SallyportError("SSH_AUTH", "refused", { hint: "Check the key." });
    const expected = { event: "error", code: "SSH_AUTH", message: "refused", hint: "Check the key.", exitStatus: 255 };
    expect(parse(jsonAnnouncer().failed(error))).toEqual(expected);
  });

  test("SSH lost and back, but not the first connection", () => {
    const announcer = jsonAnnouncer();
    expect(announcer.observe(connected)).toBeUndefined();
    expect(parse(announcer.observe(lost))).toEqual({ event: "ssh-lost", reason: "reset", retryInMs: 500 });
    const back = { event: "ssh-connected", target: "user@ssh-host", transport: "openssh" };
    expect(parse(announcer.observe(connected))).toEqual(back);
    expect(announcer.observe(connected)).toBeUndefined();
  });

  test("the end", () => {
    expect(parse(jsonAnnouncer().closed())).toEqual({ event: "closed" });
  });
});
