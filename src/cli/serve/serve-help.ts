// What `sallyport serve --help` prints.
import { describeRow } from "../command-line/describe-row.ts";
import type { ServeGroup } from "./serve-draft.ts";
import { serveOptions } from "./serve-options.ts";

const examples: readonly (readonly [string, string])[] = [
  ["sallyport serve /srv/ftp --anonymous", "anybody on this machine may read /srv/ftp at ftp://127.0.0.1:2121"],
  ["sallyport serve --user alice --atomic-uploads", "serves the current directory to alice; asks for her password"],
  [
    "sallyport serve /srv/ftp --listen '*:2121' --password-file users --require-tls \\\n" +
      "      --tls-certificate cert.pem --tls-key key.pem",
    "for other machines, inside TLS",
  ],
];

const groups: readonly ServeGroup[] = [
  "Listening",
  "Users",
  "Data connections",
  "Files",
  "TLS",
  "SSH",
  "Limits",
  "Output",
];
const indent = 28;

/** The whole text; no line is wider than 100 columns. */
export function serveHelpText(): string {
  return [
    "Sallyport's own FTP server.",
    "",
    "Usage: sallyport serve [DIR] [options]            serve DIR, or the current directory",
    "       sallyport passwd --help                    users for --password-file",
    "",
    "Examples:",
    ...examples.flatMap(([line, what]) => [`  ${line}`, `      ${what}`]),
    "",
    ...groups.flatMap((group) => [
      `${group}:`,
      ...serveOptions.filter((row) => row.group === group).flatMap((row) => describeRow(row, indent)),
      "",
    ]),
    "It listens on this machine only unless --listen says otherwise. Without TLS, passwords and files",
    "cross the network for all to read. Ctrl-C ends it; running transfers get ten seconds to finish.",
    "Exit status: 0 after SIGINT or SIGTERM, 2 usage, 1 other errors.",
    "",
  ].join("\n");
}
