// Takes secrets out of whatever is to be shown to others: those that are known, wherever they are repeated, and what looks like one.
import { isSallyportError } from "../protocol/error.ts";

export interface Secrets {
  /** Passwords, passphrases, tokens. */
  readonly secrets: readonly string[];
  /** Names of users. */
  readonly users: readonly string[];
}

/** Whatever nobody has told us of. */
const patterns: readonly (readonly [pattern: RegExp, put: string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, "[private key]"],
  [/(?<=\/\/[^\s:/@]*:)[^\s@/]+(?=@)/g, "[secret]"],
  [/(?<=^|\s)(PASS|ACCT|ADAT)(?=\s)\s+[^\r\n]+/gi, "$1 [secret]"],
  [/\b(pass(?:word|wd|phrase)?|token|secret|api[-_]?key)(\s*[=:]\s*)[^\s&;,'"]+/gi, "$1$2[secret]"],
  [/\b(bearer|basic)\s+[\w+/=.~-]{8,}/gi, "$1 [secret]"],
];

/** Every string in it without secrets; errors become plain objects. */
export function scrub(value: unknown, known: Secrets): unknown {
  const clean = scrubber(known);
  const walk = (one: unknown): unknown => {
    if (typeof one === "string") return clean(one);
    if (typeof one !== "object" || one === null) return one;
    if (Array.isArray(one)) return one.map(walk);
    if (one instanceof Error) return walk(plainError(one));
    return Object.fromEntries(Object.entries(one).map(([key, field]) => [clean(key), walk(field)]));
  };
  return walk(value);
}

const plainError = (error: Error): object => ({
  message: error.message,
  ...(isSallyportError(error) ? { code: error.code, details: error.details, hint: error.hint } : {}),
  ...(error.cause instanceof Error ? { cause: error.cause } : {}),
});

function scrubber({ secrets, users }: Secrets): (text: string) => string {
  // The longest first: one may be a part of another.
  const literals = [
    ...secrets.flatMap(spellings).map((text) => [text, "[secret]"] as const),
    ...users.map((text) => [text, "[user]"] as const),
  ]
    .filter(([text]) => text !== "")
    .sort(([one], [other]) => other.length - one.length)
    .map(([text, put]) => [patternOf(text), put] as const);
  return (text) => [...patterns, ...literals].reduce((shown, [pattern, put]) => shown.replace(pattern, put), text);
}

/** As it stands in a URL, and in a field that is base64. */
const spellings = (secret: string): readonly string[] => [
  ...new Set([secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64").replace(/=+$/, "")]),
];

/** A short one is a part of many harmless words. */
function patternOf(text: string): RegExp {
  const literal = text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  return new RegExp(text.length < 4 ? `(?<![\\w])${literal}(?![\\w])` : literal, "gi");
}
