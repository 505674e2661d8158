// The options of `sallyport ftp`, in the order of its help.
import { nameEncoding } from "../command-line/name-encoding.ts";
import type { OptionRow } from "../command-line/option-row.ts";
import { usageError } from "../command-line/usage-error.ts";
import { viaRows } from "../command-line/via-option.ts";
import type { FtpDraft } from "./ftp-command.ts";

type Row = OptionRow<FtpDraft, "ftp">;

function row(names: Pick<Row, "short" | "long" | "values">, help: string, apply: Row["apply"]): Row {
  return { ...names, group: "ftp", help, apply };
}

function mode(long: string, wish: NonNullable<FtpDraft["mode"]>, help: string): Row {
  return row({ long }, help, (draft) => {
    if (draft.mode !== undefined && draft.mode !== wish)
      throw usageError(`--${draft.mode} and ${long} cannot be used together`);
    draft.mode = wish;
  });
}

export const ftpOptions: readonly Row[] = [
  row({ short: "-d" }, "show the commands that are sent, the password as XXXX", (draft) => {
    draft.debug = true;
  }),
  row({ short: "-q" }, "do not show the server's replies", (draft) => {
    draft.quiet = true;
  }),
  row({ long: "--explain" }, "say more about an error: why it happens, and in which scenario", (draft) => {
    draft.explain = true;
  }),
  mode("--passive", "passive", "connect to the server for data (the default, as long as it works)"),
  mode("--active", "active", "let the server connect for data (PORT, EPRT)"),
  mode("--default-port", "default-port", "active without PORT, to the default data port"),
  row(
    { long: "--encoding", values: ["NAME"] },
    "how the server writes names: utf8 (default) or latin1",
    (draft, value) => {
      draft.encoding = nameEncoding(value);
    },
  ),
  row({ long: "--tls" }, "TLS, by AUTH TLS; nothing is ever sent without it", (draft) => {
    draft.tls = "explicit";
  }),
  row({ long: "--implicit-tls" }, "TLS from the first byte, on port 990", (draft) => {
    draft.tls = "implicit";
  }),
  row(
    { long: "--tls-ca", values: ["FILE"] },
    "CA certificates to trust instead of the system's (PEM)",
    (draft, value) => {
      draft.tlsCa = value;
    },
  ),
  ...viaRows("ftp"),
];
