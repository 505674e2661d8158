// The options of `sallyport bridge --to-ftp`, in the order of its help: those of the SSH server of `serve`, those of the FTP client.
import type { OptionGroup, OptionRow } from "../command-line/option-table.ts";
import { each } from "../command-line/values.ts";
import { viaRows } from "../command-line/via-option.ts";
import { listenAt, type ParsedServeOptions, serveGroups } from "../serve/serve-options.ts";
import { modeRows, type ParsedClientOptions, rootsRow } from "../transfer/transfer-options.ts";

export interface ParsedToFtpOptions extends ParsedServeOptions, Omit<ParsedClientOptions, "quiet" | "key"> {
  readonly toFtp?: boolean;
  readonly ftpTls?: "explicit" | "implicit";
}

type Rows = readonly OptionRow<ParsedToFtpOptions>[];

const ofServe = (title: string, ...keys: readonly string[]): Rows =>
  serveGroups(title).flatMap(({ rows }) => rows.filter(({ key }) => keys.includes(key)) as Rows);

export const toFtpOptions: readonly OptionGroup<ParsedToFtpOptions>[] = [
  {
    title: "Listening",
    rows: [
      { flags: "--to-ftp", key: "toFtp", help: "SSH in front, FTP behind" },
      {
        flags: "--listen <[ADDRESS:]PORT>",
        key: "listen",
        read: each((text, flag) => listenAt(text, flag, false)),
        help: "where SSH clients connect (127.0.0.1:2222); * is every address",
      },
      ...ofServe("SSH", "hostKeyFile"),
    ],
  },
  { title: "Users", rows: [...ofServe("Users", "users", "passwordFile"), ...ofServe("SSH", "authorizedKeysFile")] },
  {
    title: "FTP server",
    rows: [
      { flags: "--tls", key: "ftpTls", set: "explicit", help: "TLS, by AUTH TLS; nothing is ever sent without it" },
      { flags: "--implicit-tls", key: "ftpTls", set: "implicit", help: "TLS from the first byte, on port 990" },
      rootsRow,
      ...(modeRows as Rows),
      ...(viaRows() as Rows),
    ],
  },
  ...serveGroups("Output"),
];
