// The users of a server, from options, the password file and the hook.

import { openLocalFileSystem } from "../filesystem/local/local-file-system.ts";
import { dropBox, readOnly } from "../filesystem/read-only.ts";
import { type FileSystem, hasSubtrees } from "../platform/file-system.ts";
import { encodeName } from "../protocol/client/name-bytes.ts";
import { SallyportError } from "../protocol/error.ts";
import { narrowToLatin1 } from "../protocol/latin1.ts";
import type { Account, Authenticate } from "../server/account.ts";
import type { ServerOptions } from "./options.ts";
import { CheckQueue, checkPassword, hashPassword, readPasswordFile } from "./passwords.ts";

interface Known {
  readonly hash: string;
  readonly account: Account;
}

const anonymousNames: ReadonlySet<string> = new Set(["anonymous", "ftp"]);

export interface Accounts {
  /** Everybody. */
  readonly authenticate: Authenticate;
  /** Everybody but the anonymous. */
  readonly byPassword: Authenticate;
  /** Those of options and password file, one character per byte. */
  readonly names: readonly string[];
  readonly byName: (name: string) => Account | undefined;
}

/** Throws `CONFIG_INVALID` for users that cannot be, `FS_*` for a directory that cannot be served. */
export async function makeAccounts(options: ServerOptions): Promise<Accounts> {
  const roots = new Roots(options);
  const known = await knownUsers(options, roots);
  const anonymous = await anonymousAccount(options, roots);
  const queue = new CheckQueue();
  // Somebody who does not exist costs as much time as a wrong password (RFC 2577 section 7); a password file's hashes may
  // be dearer than ours.
  const [first] = known.values();
  const nobody = first?.hash ?? (await hashPassword("nobody has this password"));
  const byPassword: Authenticate = async (attempt, signal) => {
    const user = known.get(attempt.user);
    const right = await queue.run(() => checkPassword(attempt.password, user?.hash ?? nobody));
    if (user !== undefined) return right ? user.account : undefined;
    return options.authenticate?.(attempt, signal);
  };
  return {
    byPassword,
    authenticate: async (attempt, signal) => {
      const isAnonymous = anonymous !== undefined && anonymousNames.has(attempt.user.toLowerCase());
      return isAnonymous ? anonymous : byPassword(attempt, signal);
    },
    names: [...known.keys()],
    byName: (name) => known.get(name)?.account,
  };
}

async function knownUsers(options: ServerOptions, roots: Roots): Promise<ReadonlyMap<string, Known>> {
  const known = new Map<string, Known>();
  const add = async (name: string, hash: string, root: string | undefined, isReadOnly: boolean): Promise<void> => {
    const bytes = narrowToLatin1(name);
    if (bytes === "" || known.has(bytes)) {
      throw new SallyportError(
        "CONFIG_INVALID",
        bytes === "" ? "a user has no name" : `the user ${name} appears twice`,
      );
    }
    const files = await roots.open(root);
    const account = isReadOnly ? { fileSystem: readOnly(files), readOnly: true } : { fileSystem: files };
    known.set(bytes, { hash, account });
  };
  for (const user of options.users ?? []) {
    await add(
      utf8Bytes(user.name),
      await hashPassword(utf8Bytes(user.password)),
      user.directory,
      user.readOnly === true,
    );
  }
  if (options.passwordFile === undefined) return known;
  for (const entry of await readPasswordFile(options.passwordFile)) {
    const root = entry.root === undefined ? undefined : Buffer.from(entry.root, "latin1").toString("utf8");
    await add(entry.name, entry.hash, root, entry.readOnly);
  }
  return known;
}

async function anonymousAccount({ anonymous }: ServerOptions, roots: Roots): Promise<Account | undefined> {
  if (anonymous === undefined) return undefined;
  const files = await roots.open(undefined);
  return anonymous === "write" ? { fileSystem: dropBox(files) } : { fileSystem: readOnly(files), readOnly: true };
}

/** What a client sends for this text: its UTF-8, one character per byte. */
export function utf8Bytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** Each directory once. */
class Roots {
  readonly #options: ServerOptions;
  readonly #opened: Map<string, Promise<FileSystem>> = new Map();

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  open(own: string | undefined): Promise<FileSystem> {
    const { files, sync = true } = this.#options;
    if (own === undefined && files === undefined) {
      throw new SallyportError("CONFIG_INVALID", "there are users, and no files for them");
    }
    if (typeof files === "object") {
      if (own === undefined) return Promise.resolve(files);
      if (hasSubtrees(files)) return Promise.resolve(files.subtree(encodeName(own, "utf8")));
    }
    const directory = own ?? String(files);
    const opened = this.#opened.get(directory) ?? openLocalFileSystem({ directory, sync });
    this.#opened.set(directory, opened);
    return opened;
  }
}
