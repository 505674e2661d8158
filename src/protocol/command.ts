// One FTP command (RFC 959 section 4.1), and how it is written.
import { localFault } from "./fault.ts";
import { bytesFromLatin1, isLatin1 } from "./latin1.ts";
import { printable } from "./printable.ts";
import { Secret } from "./secret.ts";
import { isSecretVerb, secretArgument } from "./secret-arguments.ts";

/**
 * How byte 0xFF stood in the line. RFC 854 wants it `doubled`; curl writes it `bare` and vsftpd reads it so. A relay
 * writes it the way it came, because only client and server know what they agreed on.
 */
export type IacSpelling = "none" | "doubled" | "bare";

export interface Command {
  /** Upper case, printable ASCII. */
  readonly verb: string;
  /** What follows the first space, untouched. `undefined` without that space. Secret for PASS and ACCT. */
  readonly argument: string | Secret | undefined;
  readonly iac: IacSpelling;
}

const verbPattern = /^[!-~]+$/;

/** RFC 959 has letters only; RFC 3659 and vendors add digits and more. */
export function isVerb(text: string): boolean {
  return verbPattern.test(text);
}

/** The argument as it goes on the wire, secrets revealed; `""` when there is none. */
export function argumentText(command: Command): string {
  const { argument } = command;
  return typeof argument === "object" ? argument.reveal() : (argument ?? "");
}

/** The argument as a command line of this verb carries it: wrapped where the verb's argument is a password. */
export function wrapArgument(verb: string, argument: string): string | Secret {
  return isSecretVerb(verb) ? new Secret(argument) : argument;
}

/** For traces: one line without its end, passwords as `***`, control characters escaped. */
export function describeCommand(command: Command): string {
  const { verb, argument } = command;
  if (typeof argument === "object") return `${printable(verb)} ***`;
  const found = secretArgument(verb, argument);
  if (found !== undefined) return `${printable(found.open)}***`;
  return printable(argument === undefined ? verb : `${verb} ${argument}`);
}

/** The bytes of {@link commandLine}. Throws what that throws. */
export function formatCommand(verb: string, argument?: string | Secret, iac?: IacSpelling): Uint8Array {
  return bytesFromLatin1(commandLine(verb, argument, iac));
}

/**
 * One command line, CRLF included (RFC 959 section 5.3), one character per byte.
 * @throws SallyportError `FTP_PROTOCOL_LOCAL` when verb or argument would make more than one line of it, or none: CR, LF, NUL,
 * a character above U+00FF (it would be cut to its low byte), a verb that is not printable ASCII.
 */
export function commandLine(verb: string, argument?: string | Secret, iac: IacSpelling = "doubled"): string {
  if (!isVerb(verb)) throw localFault(`"${printable(verb, 20)}" is not an FTP command word`);
  const text = typeof argument === "object" ? argument.reveal() : argument;
  if (text === undefined) return `${verb.toUpperCase()}\r\n`;
  if (/[\r\n\0]/.test(text) || !isLatin1(text)) {
    throw localFault(`the argument of ${verb} has a line end, a NUL or a character that is no byte`);
  }
  const spelled = iac === "bare" ? text : text.replaceAll("\xff", "\xff\xff");
  return `${verb.toUpperCase()} ${spelled}\r\n`;
}
