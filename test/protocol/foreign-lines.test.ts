// A web page's request that has FTP commands in it, read by who has not logged in (ALPACA, CVE-2021-3618).
import { expect, test } from "vitest";
import { CommandReceiver } from "../../src/protocol/command-receiver.ts";
import { wire } from "./bytes.ts";
import { describeCommandEvent } from "./describe-event.ts";

const read = (receiver: CommandReceiver, text: string): string[] =>
  receiver.receive(wire(text)).flatMap(describeCommandEvent);

test.each([
  ["a custom method", "PROPFIND / HTTP/1.1\r\n", ["foreign HTTP PROPFIND"]],
  ["a method that is an FTP command", "USER / HTTP/1.1\r\n", ["foreign HTTP USER"]],
  ["behind an FTP command", "NOOP\r\nPOST /?secret HTTP/1.0\r\n", ["command NOOP", "foreign HTTP POST"]],
  ["of a later version", "NOOP\r\nnoop x HTTP/2\r\n", ["command NOOP", "foreign HTTP noop"]],
  ["a header", "NOOP\r\nHost: me\r\n", ["command NOOP", "foreign HTTP Host:"]],
  ["a header without a value", "NOOP\r\nX-Empty:\r\n", ["command NOOP", "foreign HTTP X-Empty:"]],
])("%s is no FTP before the login", (_what, line, events) => {
  expect(read(new CommandReceiver(() => false), `${line}STOR x\r\n`)).toEqual(events);
});

test.each(["RETR a:b", "USER me:you", "STOR HTTP/1.1x", "HTTP/1.1"])("%j is a command", (line) => {
  expect(read(new CommandReceiver(() => false), `${line}\r\n`)).toEqual([expect.stringMatching(/^command /)]);
});

test("all of them are names of files or the server's to refuse behind the login", () => {
  let isLoggedIn = false;
  const receiver = new CommandReceiver(() => isLoggedIn);
  expect(read(receiver, "NOOP\r\n")).toEqual(["command NOOP"]);
  isLoggedIn = true;
  expect(read(receiver, "RETR about HTTP/1.1\r\nX: y\r\n")).toEqual(["command RETR about HTTP/1.1", "command X: y"]);
});
