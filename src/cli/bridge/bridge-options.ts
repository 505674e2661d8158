// The options of `sallyport bridge`, in the order of its help: those of ssh, those of `serve`, and a few more.
import type { OptionGroup, OptionRow } from "../command-line/option-table.ts";
import { type ParsedSshOptions, sshOptions } from "../command-line/ssh-options.ts";
import { each, oneOf } from "../command-line/values.ts";
import { listenAt, type ParsedServeOptions, serveGroups } from "../serve/serve-options.ts";

export interface ParsedBridgeOptions extends ParsedServeOptions, ParsedSshOptions {
  readonly fsync?: boolean;
  readonly inPlace?: boolean;
}

const listenRow: OptionRow<ParsedBridgeOptions> = {
  flags: "-L <[BIND:]PORT>",
  key: "listen",
  read: each((text, flag) => listenAt(text, flag, false)),
  help: "where to listen (127.0.0.1:2121); * is every address (repeatable)",
};
const implicitTls: OptionRow<ParsedBridgeOptions> = {
  flags: "--implicit-tls <[BIND:]PORT>",
  key: "listen",
  read: each((text, flag) => listenAt(text, flag, true)),
  help: "listen with TLS from the first byte, too (repeatable)",
};

/** Those of the tunnel; no command is run at a host whose files are served. */
const sshRows = sshOptions.rows.filter(({ key }) => key !== "noCommand") as readonly OptionRow<ParsedSshOptions>[];

export const bridgeOptions: readonly OptionGroup<ParsedBridgeOptions>[] = [
  { title: "Listening", rows: [listenRow, implicitTls] },
  { title: "SSH", rows: sshRows },
  ...serveGroups("Users", "Data connections"),
  {
    title: "Files",
    rows: [
      {
        flags: "--atomic-uploads",
        key: "atomicUploads",
        conflicts: ["inPlace"],
        help: "a file appears under its name only when it is complete",
      },
      {
        flags: "--in-place",
        key: "inPlace",
        help: "open, write, close, and nothing else: for drop boxes",
        more: "For servers that refuse renames, other names or any look at a file, and those that take a file away at its close. What was there before goes when the upload begins.",
      },
      {
        flags: "--ascii <convert|binary>",
        key: "ascii",
        read: oneOf(["convert", "binary"]),
        help: "whether TYPE A changes line ends (binary: it does not)",
      },
      { flags: "--fsync", key: "fsync", help: "send 226 when the file is on the SFTP server's disk" },
    ],
  },
  ...serveGroups("TLS", "Limits", "Output"),
];
