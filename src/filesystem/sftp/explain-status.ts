// Why an SFTP request failed. Version 3 has a word for "not found" and one for "permission"; nearly all else is "failure"
// (OpenSSH's errno_to_portable, sftp-common.c), so what is there is looked at to find out what stood in the way.
import { type ErrorCode, SallyportError } from "../../protocol/error.ts";
import { parentOf } from "../../protocol/file-path.ts";
import { printable } from "../../protocol/printable.ts";
import type { ServerFeatures } from "../../ssh/sftp/client/sftp-client.ts";
import { type Attributes, typeOf } from "../../ssh/sftp/wire/attributes.ts";
import { statusCodes } from "../../ssh/sftp/wire/message-types.ts";
import { fsError } from "../fs-error.ts";

type Doing = "find" | "list" | "read" | "write" | "create" | "mkdir" | "rmdir" | "remove" | "rename" | "change";

export interface Failure {
  readonly path: string;
  readonly doing: Doing;
  /** Of a rename: the new name. */
  readonly to?: string;
  readonly status: { readonly code: number; readonly words: string };
}

/** What there is at the server, as far as one may see it. */
export interface Inspection {
  readonly features: Pick<ServerFeatures, "posixRename">;
  look(path: string, how: "stat" | "lstat", signal: AbortSignal): Promise<Attributes | undefined>;
}

type FsCode = Extract<ErrorCode, `FS_${string}`>;

/** Those that need no look. OpenSSH answers EINVAL and ENAMETOOLONG with "bad message". */
const clear: Readonly<Record<number, FsCode>> = {
  [statusCodes.badMessage]: "FS_NAME_INVALID",
  [statusCodes.unsupported]: "FS_UNSUPPORTED",
};

const vague: Readonly<Record<number, FsCode>> = {
  [statusCodes.noSuchFile]: "FS_NOT_FOUND",
  [statusCodes.permissionDenied]: "FS_PERMISSION",
};

/** Costs round trips, of a failure only. Throws nothing but what the session does. */
export async function explainStatus(
  server: Inspection,
  failure: Failure,
  signal: AbortSignal,
): Promise<SallyportError> {
  const { path, status } = failure;
  const code =
    clear[status.code] ?? (await find(server, failure, signal)) ?? vague[status.code] ?? fromWords(status.words);
  const words = printable(status.words, 120);
  const { message, details } = fsError(code, path, undefined, code === "FS_FAILED" && words !== "" ? words : undefined);
  const target = failure.to === undefined ? "" : ` to ${printable(failure.to, 200)}`;
  const shown = printable(path, 200);
  const why = message.slice(`${shown}: `.length);
  return new SallyportError(code, `could not ${verbs[failure.doing]} ${shown}${target}: ${why}`, { details });
}

/** The operation that failed, for the message. */
const verbs: Readonly<Record<Doing, string>> = {
  find: "look at",
  list: "list",
  read: "read",
  write: "write",
  create: "create",
  mkdir: "make the directory",
  rmdir: "remove the directory",
  remove: "remove",
  rename: "rename",
  change: "set the attributes of",
};

type What = "file" | "directory" | "nothing";

async function find(server: Inspection, failure: Failure, signal: AbortSignal): Promise<FsCode | undefined> {
  const { path, to, doing } = failure;
  const kind = async (at: string, how: "stat" | "lstat"): Promise<What> => {
    const permissions = (await server.look(at, how, signal))?.permissions;
    if (permissions === undefined) return "nothing";
    return typeOf(permissions) === "directory" ? "directory" : "file";
  };
  const itself = await kind(path, doing === "find" || doing === "read" || doing === "list" ? "stat" : "lstat");
  if (itself === "nothing" && path !== "/") {
    for (let above = parentOf(path); above !== "/"; above = parentOf(above)) {
      const found = await kind(above, "stat");
      if (found !== "nothing") return found === "file" ? "FS_NOT_DIRECTORY" : undefined;
    }
    return undefined;
  }
  if (doing !== "rename" || to === undefined) return standing[doing]?.[itself];
  const target = await kind(to, "lstat");
  if (target === "nothing") return undefined;
  if (target === "directory") return itself === "directory" ? "FS_NOT_EMPTY" : "FS_IS_DIRECTORY";
  return itself === "directory" ? "FS_NOT_DIRECTORY" : server.features.posixRename ? undefined : "FS_EXISTS";
}

/** What the thing that is there has to do with it. */
const standing: Readonly<Partial<Record<Doing, Readonly<Partial<Record<What, FsCode>>>>>> = {
  list: { file: "FS_NOT_DIRECTORY" },
  read: { directory: "FS_IS_DIRECTORY" },
  write: { directory: "FS_IS_DIRECTORY" },
  create: { directory: "FS_EXISTS", file: "FS_EXISTS" },
  mkdir: { directory: "FS_EXISTS", file: "FS_EXISTS" },
  rmdir: { directory: "FS_NOT_EMPTY", file: "FS_NOT_DIRECTORY" },
  remove: { directory: "FS_IS_DIRECTORY" },
};

/** Of a disk that is full OpenSSH says "Failure" alone; others say why. */
function fromWords(words: string): FsCode {
  return /no space|quota|disk (?:is )?full/i.test(words) ? "FS_NO_SPACE" : "FS_FAILED";
}
