// Readers of option values: from the text that was typed to a value, or a usage error that names the option.

import type { PortRange } from "../../platform/network.ts";
import { parseCidr } from "../../protocol/cidr.ts";
import type { NameEncoding } from "../../protocol/client/name-bytes.ts";
import { isSallyportError } from "../../protocol/error.ts";
import { ipFamily } from "../../protocol/ip-address.ts";
import { ownEntry } from "../../protocol/own-entry.ts";
import { isPublicKeyPin } from "../../protocol/public-key-pin.ts";
import { readPort } from "../../text/read-port.ts";
import { usageError } from "../../text/usage-error.ts";

/** `flag`: the option as messages name it, `-p`. `before`: what it was given before on this line. */
export type Read<T> = (text: string, flag: string, before: T | undefined, second: string) => T;

/** A repeatable option. */
export const each =
  <T>(read: (text: string, flag: string, before: undefined, second: string) => T): Read<readonly T[]> =>
  (text, flag, before = [], second) => [...before, read(text, flag, undefined, second)];

/** Of several the first counts, as with ssh. */
export const first =
  <T>(read: (text: string, flag: string) => T): Read<T> =>
  (text, flag, before) =>
    before ?? read(text, flag);

/** How often a switch was given. */
export const count: Read<number> = (_text, _flag, before = 0) => before + 1;

/** Any text that is not empty and has no control character in it. What every option reads that has no other reader. */
export function plainText(text: string, flag: string): string {
  if (text !== "" && !/[^\P{Cc}\t]/u.test(text)) return text;
  throw usageError(text === "" ? `${flag} has an empty value` : `${flag}: the value has a control character in it`);
}

/** One word out of a few; a mistake is shown with the one that was probably meant. */
export function oneOf<Word extends string>(words: readonly Word[]): (text: string, flag: string) => Word {
  return (text, flag) => {
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    const near = words.find((word) => text !== "" && (word.startsWith(text) || text.startsWith(word)));
    throw usageError(
      `${flag}: "${text}" is not one of ${words.join(", ")}`,
      near === undefined ? `Write ${flag} ${words[0] ?? ""} or another of them.` : `Did you mean ${flag} ${near}?`,
    );
  };
}

const isOn = oneOf(["on", "off"]);
export const onOff = (text: string, flag: string): boolean => isOn(text, flag) === "on";

export function wholeNumber(least: number, most: number, or = ""): (text: string, flag: string) => number {
  return (text, flag) => {
    const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw usageError(
      `${flag}: "${text}" is not a whole number from ${least} to ${most}${or}`,
      `For example ${flag} ${Math.min(60, most)}.`,
    );
  };
}

/** Or one word. */
export function wholeNumberOr<Word extends string>(
  word: Word,
  least: number,
  most: number,
): (text: string, flag: string) => number | Word {
  const read = wholeNumber(least, most, `, nor ${word}`);
  return (text, flag) => (text === word ? word : read(text, flag));
}

/** Seconds, at most a day, as milliseconds. */
export function seconds(least: number): (text: string, flag: string) => number {
  const read = wholeNumber(least, 86_400);
  return (text, flag) => read(text, flag) * 1000;
}

export const port = (text: string, flag: string): number => readPort(text, flag);

/** Reads `A-B`, or one port. */
export function portRange(text: string, flag: string): PortRange {
  const [from = "", to = from, ...rest] = text.split("-");
  const range = { first: readPort(from, flag), last: readPort(to, flag) };
  if (rest.length === 0 && range.first <= range.last) return range;
  throw usageError(`${flag}: "${text}" is not a range of ports`, `Write the lower port first: ${flag} 50000-50100.`);
}

/**
 * True for what a host name or an address may look like. A leading `-` would be taken for an option by ssh; a zone
 * (`fe80::1%eth0`, RFC 4007 section 11) must not smuggle in what a shell would obey.
 */
export function isHostName(text: string): boolean {
  if (ipFamily(text) !== undefined) return /^[\w.:%-]+$/.test(text);
  return /^[\p{L}\p{N}_][\p{L}\p{N}._-]*$/u.test(text);
}

/** Reads an IPv4 or IPv6 address, brackets allowed. */
export function address(text: string, flag: string): string {
  const plain = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  if (ipFamily(plain) !== undefined) return plain;
  throw usageError(
    `${flag}: "${text}" is not an IP address`,
    `Give the address itself, for example ${flag} 192.0.2.7.`,
  );
}

/** Reads an IPv4 address: a 227 reply has room for nothing else (RFC 959 section 4.2). */
export function ipv4(text: string, flag: string): string {
  if (ipFamily(text) === 4) return text;
  throw usageError(
    `${flag}: "${text}" is not an IPv4 address`,
    "A 227 reply carries four numbers: give the address itself, not a name and not IPv6.",
  );
}

/** Reads `address/bits`; an address alone means that one host. Checked, and given back as it was written. */
export function cidr(text: string, flag: string): string {
  if (networkBytes(text) !== undefined) return text;
  throw notANetwork(text, flag, "a network", "192.0.2.0/24 or 2001:db8::/32");
}

export function ipv4Cidr(text: string, flag: string): string {
  if (networkBytes(text) === 4) return text;
  throw notANetwork(text, flag, "an IPv4 network", "192.0.2.0/24 or 0.0.0.0/0");
}

function networkBytes(text: string): number | undefined {
  try {
    return parseCidr(text).bytes.length;
  } catch (error) {
    if (isSallyportError(error)) return undefined;
    throw error;
  }
}

const notANetwork = (text: string, flag: string, what: string, example: string): Error =>
  usageError(`${flag}: "${text}" is not ${what}`, `Write it as address and bits, for example ${example}.`);

/** The names that iconv(1) has for them, too. */
const encodings: Readonly<Record<string, NameEncoding>> = {
  utf8: "utf8",
  "utf-8": "utf8",
  latin1: "latin1",
  "latin-1": "latin1",
  "iso-8859-1": "latin1",
};

/** How an FTP server writes names. */
export function nameEncoding(text: string, flag: string): NameEncoding {
  const encoding = ownEntry(encodings, text.toLowerCase());
  if (encoding === undefined) throw usageError(`${flag}: "${text}" is not known`, "Give utf8 or latin1.");
  return encoding;
}

/** Public keys as curl's --pinnedpubkey has them, several with `;` between; the option is repeatable. */
export const pins: Read<readonly string[]> = (text, flag, before = []) => {
  const given = text.split(";");
  const wrong = given.find((pin) => !isPublicKeyPin(pin));
  if (wrong === undefined) return [...before, ...given];
  throw usageError(
    `${flag}: "${wrong}" is not sha256// and a SHA-256 in base64`,
    `openssl x509 -in cert.pem -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64 makes the part behind sha256//.`,
  );
};
