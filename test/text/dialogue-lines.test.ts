import { expect, test } from "vitest";
import { dialogueLines } from "../../src/text/dialogue-lines.ts";
import { Dialogue } from "../cli/support/dialogue.ts";

const events = new Dialogue()
  .event({ type: "control.open", host: "server\x1b[2J", port: 21 })
  .event({ type: "ftp.reply", side: "upstream", origin: "server", lines: ["220-welcome\x1b[2J", "220 ready"] })
  .event({ type: "ftp.command", side: "upstream", origin: "client", line: "USER anna" })
  .event({ type: "ftp.command", side: "upstream", origin: "client", line: "PASS ***" })
  .event({ type: "ftp.command", side: "upstream", origin: "client", line: "pass hunter2" })
  .event({ type: "ftp.command", side: "upstream", origin: "client", line: "ACCT hunter2" })
  .event({ type: "ftp.command", side: "upstream", origin: "client", line: "CWD caf\xc3\xa9" })
  .event({ type: "relay.note", note: "EPSV is refused: PASV from now on" })
  .event({ type: "listener.open", endpoint: "127.0.0.1:1" }).events;

test("with -d commands and replies are shown as ftp has always shown them, the password as XXXX", () => {
  expect(events.flatMap((event) => dialogueLines(event, { replies: true, commands: true }))).toEqual([
    "Connected to server\\x1b[2J.",
    "220-welcome\\x1b[2J",
    "220 ready",
    "---> USER anna",
    "---> PASS XXXX",
    "---> PASS XXXX",
    "---> ACCT XXXX",
    "---> CWD caf\u00e9",
    "(EPSV is refused: PASV from now on)",
  ]);
});

test("verbose shows replies and notes, and neither shows nothing", () => {
  expect(events.flatMap((event) => dialogueLines(event, { replies: true, commands: false }))).toEqual([
    "Connected to server\\x1b[2J.",
    "220-welcome\\x1b[2J",
    "220 ready",
    "(EPSV is refused: PASV from now on)",
  ]);
  expect(events.flatMap((event) => dialogueLines(event, { replies: false, commands: false }))).toEqual([]);
});
