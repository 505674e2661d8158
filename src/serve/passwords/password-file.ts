// The password file: a line for each user, `name:hash[:root[:ro]]`, as `sallyport passwd` writes it.
import { readPrivateFile } from "../../platform/private-file.ts";
import { SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import { isPasswordHash } from "./scrypt-hash.ts";

export interface PasswordEntry {
  /** One character per byte. */
  readonly name: string;
  readonly hash: string;
  /** Directory of this user, as written. Absent: the server's. */
  readonly root?: string;
  readonly readOnly: boolean;
}

/** Throws `CONFIG_INVALID` and the number of the line that is wrong; never a line itself. */
export function parsePasswordFile(text: string, file: string): PasswordEntry[] {
  const entries: PasswordEntry[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    const [name = "", hash = "", root = "", rights = "", ...more] = line.trimEnd().split(":");
    const wrong = (why: string): SallyportError =>
      new SallyportError("CONFIG_INVALID", `${file}, line ${index + 1}: ${why}`, {
        hint: "A line is name:hash, name:hash:root or name:hash:root:ro; `sallyport passwd` writes it.",
      });
    if (name === "" || more.length > 0 || (rights !== "" && rights !== "ro")) throw wrong("this is not a user");
    if (!isPasswordHash(hash)) throw wrong("the second field is not a password hash");
    if (entries.some((entry) => entry.name === name)) throw wrong("this user appears twice");
    entries.push({ name, hash, ...(root === "" ? {} : { root }), readOnly: rights === "ro" });
  }
  return entries;
}

/** Throws `CONFIG_INVALID` also when others could have written it: who may write it, may log in. */
export async function readPasswordFile(file: string): Promise<PasswordEntry[]> {
  const bytes = await readPrivateFile(file, { secret: false, bytesMax: limits.passwordFileBytesMax });
  if (bytes === undefined) throw new SallyportError("CONFIG_INVALID", `the password file ${file} is not there`);
  return parsePasswordFile(bytes.toString("latin1"), file);
}
