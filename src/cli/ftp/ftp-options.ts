// The options of `sallyport ftp`, in the order of its help.
import type { OptionGroup } from "../command-line/option-table.ts";
import { nameEncoding } from "../command-line/values.ts";
import { viaRows } from "../command-line/via-option.ts";
import { type ClientValues, explainRow, modeRows, rootsRow } from "../transfer/transfer-options.ts";

export interface FtpValues extends ClientValues {
  readonly tls?: "explicit" | "implicit";
}

export const ftpOptions: OptionGroup<FtpValues> = {
  title: "Options",
  rows: [
    { flags: "-d", key: "debug", help: "show the commands that are sent, the password as XXXX" },
    { flags: "-q", key: "quiet", help: "do not show the server's replies" },
    explainRow,
    ...modeRows,
    {
      flags: "--encoding <NAME>",
      key: "encoding",
      read: nameEncoding,
      help: "how the server writes names: utf8 (default) or latin1",
    },
    { flags: "--tls", key: "tls", set: "explicit", help: "TLS, by AUTH TLS; nothing is ever sent without it" },
    { flags: "--implicit-tls", key: "tls", set: "implicit", help: "TLS from the first byte, on port 990" },
    rootsRow,
    ...viaRows(),
  ],
};
