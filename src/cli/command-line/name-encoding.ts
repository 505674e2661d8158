// --encoding: how an FTP server writes names.
import type { NameEncoding } from "../../protocol/client/name-bytes.ts";
import { usageError } from "./usage-error.ts";

/** The names that iconv(1) has for them, too. */
const encodings: ReadonlyMap<string, NameEncoding> = new Map([
  ["utf8", "utf8"],
  ["utf-8", "utf8"],
  ["latin1", "latin1"],
  ["latin-1", "latin1"],
  ["iso-8859-1", "latin1"],
]);

export function nameEncoding(value: string): NameEncoding {
  const encoding = encodings.get(value.toLowerCase());
  if (encoding === undefined) throw usageError(`--encoding: "${value}" is not known`, "Give utf8 or latin1.");
  return encoding;
}
