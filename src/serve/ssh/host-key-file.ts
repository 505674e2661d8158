// The SSH server's host key: made once, and kept, so that clients meet the same server again.

import { randomBytes } from "node:crypto";
import { link, mkdir, unlink, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join, win32 } from "node:path";
import { readPrivateFile } from "../../admission/private-file.ts";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import { generateKey } from "../../ssh/embedded/generate-key.ts";

interface StateWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  /** The user's home directory. */
  readonly home: string;
}

export function stateDirectory({ env, platform, home }: StateWorld): string {
  if (platform === "win32") {
    return win32.join(env["LOCALAPPDATA"] || win32.join(home, "AppData", "Local"), "sallyport");
  }
  const state = env["XDG_STATE_HOME"];
  // A relative path is to be ignored, says the specification.
  const base = state !== undefined && isAbsolute(state) ? state : join(home, ".local", "state");
  return join(base, "sallyport");
}

/** Returns the key's text. Throws `CONFIG_INVALID` when it cannot be had, or others can read it. */
export async function hostKeyFrom(file: string): Promise<string> {
  try {
    return (await read(file)) ?? (await make(file));
  } catch (cause) {
    const system = isSallyportError(cause) ? cause.cause : cause;
    if (system === undefined) throw cause;
    const why = (system as NodeJS.ErrnoException).code ?? String(system);
    throw new SallyportError("CONFIG_INVALID", `the host key ${file} cannot be read or made: ${why}`, {
      cause,
      hint: "Name another file with --host-key.",
    });
  }
}

/** `undefined` when it is not there. */
async function read(file: string): Promise<string | undefined> {
  return (await readPrivateFile(file, { secret: true, bytesMax: limits.keyFileBytesMax }))?.toString("utf8");
}

/** Whole or not at all, and never over another one: two servers may start at the same time. */
async function make(file: string): Promise<string> {
  const directory = dirname(file);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const temporary = `${file}.${randomBytes(8).toString("hex")}`;
  await writeFile(temporary, generateKey().privateKey, { mode: 0o600, flag: "wx", flush: true });
  try {
    await link(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await unlink(temporary);
  }
  const kept = await read(file);
  if (kept !== undefined) return kept;
  throw new SallyportError("CONFIG_INVALID", `the host key ${file} has vanished`);
}
