// One line of the client, without its end, read as a command.
import { type Command, type IacSpelling, isVerb, wrapArgument } from "./command.ts";

/** A line that is no command. The session goes on: vsftpd and ProFTPD both answer 500 to it. */
export interface MalformedLine {
  /** For the text of the 500 reply; never shows the line, which may be a mistyped PASS. */
  readonly reason: string;
}

/**
 * What an abort leaves before the command when TCP delivers its urgent byte apart: BSD ftp sends IAC IP IAC with the last
 * byte urgent, lftp IAC IP IAC DM likewise, so that the line is `DM ABOR` or `IAC ABOR` (RFC 959 section 4.1.3, Telnet Synch).
 */
const synchLeftovers = /^[\xf0-\xff]+/;

/** `line` with the leftovers of a Telnet Synch taken off. */
export function withoutSynch(line: string): string {
  return line.replace(synchLeftovers, "");
}

/**
 * Doubled when every run of 0xFF has even length. One odd run shows a client that does not double, so that all of its
 * 0xFF stand for themselves; either way, writing the text in the same spelling gives the same bytes.
 */
function iacSpelling(text: string): IacSpelling {
  const runs = text.match(/\xff+/g);
  if (runs === null) return "none";
  return runs.every((run) => run.length % 2 === 0) ? "doubled" : "bare";
}

/**
 * Reads a line in which 0xFF stands as it was sent. A leading space is an error as in vsftpd and ProFTPD; the argument is
 * what follows the first space, further and trailing spaces being part of it (RFC 959 section 5.3).
 */
export function parseCommandLine(line: string): Command | MalformedLine {
  const space = line.indexOf(" ");
  const verb = space === -1 ? line : line.slice(0, space);
  if (space === 0) return { reason: "A command starts at the beginning of the line, without a space before it." };
  if (!isVerb(verb)) return { reason: "The command word has characters that are not printable ASCII." };
  const name = verb.toUpperCase();
  if (space === -1) return { verb: name, argument: undefined, iac: "none" };
  const raw = line.slice(space + 1);
  const iac = iacSpelling(raw);
  return {
    verb: name,
    argument: wrapArgument(name, iac === "doubled" ? raw.replaceAll("\xff\xff", "\xff") : raw),
    iac,
  };
}
