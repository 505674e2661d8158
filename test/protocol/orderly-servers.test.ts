// When the next call's commands may follow, by the server's greeting.
import { expect, test } from "vitest";
import {
  answersAsVsftpd,
  followingOf,
  readsInOrder,
  readsNothingMeanwhile,
} from "../../src/protocol/client/orderly-servers.ts";
import { makeReply } from "../../src/protocol/reply.ts";

test.each([
  ["(vsFTPd 3.0.3)", true, "server's end", "our end"],
  ["Sallyport FTP server.", true, "connected", "our end"],
  ["Welcome to Sallyport FTP server.", false, "reply", "reply"],
  ["ProFTPD Server (Debian) [::ffff:127.0.0.1]", false, "server's end", "reply"],
  ["This is no ProFTPD Server", false, "reply", "reply"],
  ["Microsoft FTP Service", false, "reply", "reply"],
  ["", false, "reply", "reply"],
])("%j: in order %s, behind a download's %s, behind an upload's %s", (greeting, known, download, upload) => {
  const words = { greeting: makeReply(220, greeting), features: new Map() };
  expect(readsInOrder(words)).toBe(known);
  expect(followingOf(words)).toMatchObject({ download, upload });
});

test("a server that greets as vsFTPd and lists MLST is another one", () => {
  const words = { greeting: makeReply(220, "(vsFTPd 3.0.3)"), features: new Map([["MLST", "size*;"]]) };
  expect(readsInOrder(words)).toBe(false);
  expect(followingOf(words)).toMatchObject({ download: "reply", upload: "reply" });
});

test.each([
  ["Entering Extended Passive Mode (|||50000|)", true],
  ["Entering extended passive mode (|||50000|).", false],
  ["Extended Passive mode OK (|||50000|)", false],
])("%j is vsFTPd's answer to EPSV: %s", (text, known) => {
  expect(answersAsVsftpd(makeReply(229, text))).toBe(known);
});

test.each([
  ["(vsFTPd 3.0.3)", true],
  ["Sallyport FTP server.", false],
  ["ProFTPD Server (Debian)", false],
])("%j reads not even ABOR during a transfer: %s", (greeting, known) => {
  expect(readsNothingMeanwhile(makeReply(220, greeting))).toBe(known);
});
