// What `sallyport lab --help` prints.
import { spelling } from "../command-line/option-row.ts";
import { labOptions } from "./lab-command.ts";

/** The whole text; no line is wider than 100 columns. */
export function labHelpText(): string {
  return [
    "Every known way in which FTP fails through SSH, to watch: without Sallyport, and with it.",
    "",
    "Usage: sallyport lab                          lists the scenarios, S01 to S20",
    "       sallyport lab run S08... [--step]      plays them",
    "       sallyport lab run --all                plays all, one line each",
    "       sallyport lab run S08... --html FILE   writes a page, or with --all a booklet",
    "       sallyport lab run S08 --real           the same with real programs",
    "",
    "Options:",
    ...labOptions.map((row) => `  ${spelling(row)}`.padEnd(28) + row.help),
    "",
    "Hosts, NAT, packet filters and TCP are simulated inside the program, in virtual time; FTP client,",
    "gateway and server are the real code. Nothing touches the network, and root is not needed.",
    "With --real nothing is simulated: OpenSSH, vsftpd or ProFTPD, nftables and this program run on a",
    "separate network, of which nothing is left afterwards.",
    "Shown are the connections that were made, refused or dropped, the client's dialogue, the calls that",
    "failed, and netstat of each host. Set NO_COLOR for no colours.",
    "Exit status: 0 when every outcome was as expected, 1 when one was not, 2 usage.",
    "",
  ].join("\n");
}
