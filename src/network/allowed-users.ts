// Which users of this machine may come in at a listener.
import { execFile } from "node:child_process";
import type { MayEnter } from "../admission/acceptor.ts";
import { SallyportError } from "../protocol/error.ts";
import { socketOwner } from "./socket-owner.ts";

/**
 * Nobody but these, by name or number: nobody from another machine, nobody of whom the system does not say who it is, and root not
 * unless named, since programs of root's connect for others. Everybody where none is named. Throws `CONFIG_INVALID`.
 */
export async function admitOnly(
  names: readonly string[] = [],
  platform: NodeJS.Platform = process.platform,
): Promise<MayEnter | undefined> {
  if (names.length === 0) return undefined;
  if (platform !== "linux") {
    throw new SallyportError("CONFIG_INVALID", "whose a connection is can be known on Linux only", {
      hint: "Leave --allow-user (allowUsers) out.",
    });
  }
  const allowed = new Set(await Promise.all(names.map(userId)));
  return async ({ local, remote, user }) => {
    const owner = user ?? (await socketOwner({ local, remote }));
    return typeof owner === "number" && allowed.has(owner);
  };
}

/** A name's number; a number is itself. id(1) asks whatever nsswitch.conf names. Throws `CONFIG_INVALID`. */
function userId(name: string): Promise<number> {
  if (/^\d+$/.test(name)) return Promise.resolve(Number(name));
  return new Promise((resolve, reject) => {
    execFile("id", ["-u", "--", name], (cause, stdout) => {
      const id = stdout.trim();
      if (cause === null && /^\d+$/.test(id)) resolve(Number(id));
      else reject(unknownUser(name, cause));
    });
  });
}

function unknownUser(name: string, cause: unknown): SallyportError {
  return new SallyportError("CONFIG_INVALID", `this machine has no user ${JSON.stringify(name)}`, {
    cause,
    hint: "`id NAME` must know the name; a number is taken as it is.",
  });
}
