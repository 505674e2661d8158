// Which part of a command line is a password, mistyped and vendors' commands included: no trace may show it.
import { findCommand } from "./command-table.ts";

/** A command line cut in two: `open` may be shown, and what is behind it may not. */
export interface SecretArgument {
  readonly open: string;
  readonly secret: string;
}

const secretVerbs: ReadonlySet<string> = new Set(["PASS", "ACCT"]);

/** Serv-U's PSWD, wu-ftpd's GPASS, glftpd's ADDUSER and their like: a word of SITE behind which passwords stand. */
const secretWord = /PAS|PSW|PWD|ADDUSER|USERADD|NEWUSER|LOGIN|SECRET/i;

/** `QUOTE PASS secret`, `SITE EXEC password=secret`. */
const passedOn = /^(.*?\b(?:x?pass(?:w(?:or)?d)?|acct)\b[\s=:]+)(.+)$/is;

/** `PASSsecret`, `PASS:secret`: the space was forgotten. */
const glued = /^(X?PASS)(?!W(?:OR)?D$)(.+)$/i;

/** Commands of the table in whose argument a command for another may stand; a path of the others may have any word in it. */
const pathless: ReadonlySet<string> = new Set(["SITE", "USER", "HELP", "OPTS", "CLNT", "AUTH", "LANG", "HOST"]);

/** PASS and ACCT, from the codec on. */
export const isSecretVerb = (verb: string): boolean => secretVerbs.has(verb);

/** False: whatever stands behind it, nothing of it is a secret. */
export function mayHaveSecret(verb: string): boolean {
  const row = findCommand(verb);
  return row === undefined || row.phase !== "logged-in" || row.argument === "none" || pathless.has(row.verb);
}

/** Undefined when nothing of the line is a secret. `verb` in upper case. */
export function secretArgument(verb: string, argument: string | undefined): SecretArgument | undefined {
  const row = findCommand(verb);
  const isLike = row === undefined && [...secretVerbs].some((one) => isNear(verb, one));
  const looksSecret = isLike || (row === undefined && secretWord.test(verb));
  const [, open, secret] = looksSecret && !isLike ? (glued.exec(verb) ?? []) : [];
  if (argument === undefined) return open === undefined ? undefined : { open, secret: secret ?? "" };
  if (open !== undefined) return { open, secret: `${secret ?? ""} ${argument}` };
  // What stands behind a command that takes nothing was meant for another.
  if (isSecretVerb(verb) || looksSecret || row?.argument === "none") return { open: `${verb} `, secret: argument };
  return row === undefined || pathless.has(verb) ? insideArgument(verb, argument) : undefined;
}

/** A line that was written for people already: nothing is hidden twice. */
export function hideSecret(line: string): string {
  const [, verb = "", argument] = /^\s*(\S+)(?:\s(.*))?$/s.exec(line) ?? [];
  const found = secretArgument(verb.toUpperCase(), argument);
  return found === undefined ? line : `${found.open}***`;
}

function insideArgument(verb: string, argument: string): SecretArgument | undefined {
  const [, word = "", rest = ""] = /^(\s*\S+\s+)(.+)$/s.exec(argument) ?? [];
  if (secretWord.test(word)) return { open: `${verb} ${word}`, secret: rest };
  const [, before, secret] = passedOn.exec(argument) ?? [];
  return before === undefined || secret === undefined ? undefined : { open: `${verb} ${before}`, secret };
}

/** One letter is wrong, missing, too many, or changed places with its neighbour: `PAS`, `PSAS`, `PASSS`. */
function isNear(verb: string, meant: string): boolean {
  for (let at = 0; at <= meant.length; at += 1) {
    const [before, behind] = [meant.slice(0, at), meant.slice(at)];
    if (verb === before + behind.slice(1)) return true;
    const [next = "", after = ""] = behind;
    if (verb === before + after + next + behind.slice(2)) return true;
    if (!verb.startsWith(before)) continue;
    const rest = verb.slice(at);
    if (rest.slice(1) === behind || (rest !== "" && rest.slice(1) === behind.slice(1))) return true;
  }
  return false;
}
