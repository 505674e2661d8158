// Whose public keys may log in: sshd(8), AUTHORIZED_KEYS FILE FORMAT, without options.
import { readPrivateFile } from "../../admission/private-file.ts";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";

/** What a key line begins with. What begins otherwise has options, which restrict the key: it is no key here. */
const keyType = /^(?:ssh-(?:ed25519|rsa)|ecdsa-sha2-nistp(?:256|384|521))$/;

/** A name that is one name in a path, too. */
const safeName = /^(?!\.{1,2}$)[^/\\\0]+$/;

export class AuthorizedKeys {
  readonly #pattern: string;

  /** `%u` in `pattern` is the user's name. */
  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  /**
   * To be called once before the server is open. Throws `CONFIG_INVALID` when the file is there for all users but cannot
   * be read, when others could have written a file, and for lines that would not count. A user may have no file.
   */
  async check(users: readonly string[]): Promise<void> {
    const isPerUser = this.#pattern.includes("%u");
    if (!isPerUser && users.length > 1) {
      throw new SallyportError("CONFIG_INVALID", `the keys in ${this.#pattern} would be accepted for every user`, {
        hint: "Give each user a file of keys: %u in its name is the user's.",
      });
    }
    for (const user of isPerUser ? users : [""]) {
      const file = this.#fileOf(user);
      const text = file === undefined ? undefined : await read(file);
      if (text === undefined && !isPerUser) throw new SallyportError("CONFIG_INVALID", `there is no file ${file}`);
      text?.split("\n").forEach((line, index) => {
        if (!isComment(line) && parseLine(line) === undefined) throw noKey(file ?? "", index + 1);
      });
    }
  }

  /** Reads the file now. False for any trouble with it, which `onTrouble` gets. */
  async has(user: string, key: Uint8Array, onTrouble: (why: string) => void): Promise<boolean> {
    const file = this.#fileOf(user);
    if (file === undefined) return false;
    try {
      const text = (await read(file)) ?? "";
      return text.split("\n").some((line) => parseLine(line)?.equals(key) === true);
    } catch (error) {
      onTrouble(isSallyportError(error) ? error.message : `${file} cannot be read`);
      return false;
    }
  }

  #fileOf(user: string): string | undefined {
    if (!this.#pattern.includes("%u")) return this.#pattern;
    return safeName.test(user) ? this.#pattern.replaceAll("%u", () => user) : undefined;
  }
}

/** `undefined` when it is not there. */
async function read(file: string): Promise<string | undefined> {
  const bytes = await readPrivateFile(file, { secret: false, bytesMax: limits.authorizedKeysBytesMax });
  return bytes?.toString("latin1");
}

const isComment = (line: string): boolean => /^\s*(?:#|$)/.test(line);

function parseLine(line: string): Buffer | undefined {
  const [type = "", encoded = ""] = line.trim().split(/[ \t]+/);
  if (!keyType.test(type) || encoded === "") return undefined;
  const key = Buffer.from(encoded, "base64");
  // The blob begins with its own type (RFC 4253 section 6.6).
  const isWhole = key.length > 4 + type.length && key.readUInt32BE(0) === type.length;
  return isWhole && key.subarray(4, 4 + type.length).toString("latin1") === type ? key : undefined;
}

function noKey(file: string, line: number): SallyportError {
  return new SallyportError("CONFIG_INVALID", `${file}, line ${line}: this is not a public key`, {
    hint: "A line is a type, a key and a comment, as ssh-keygen writes it; options before them are not understood here.",
  });
}
