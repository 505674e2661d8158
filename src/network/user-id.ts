// Users of this machine by name.
import { execFile } from "node:child_process";
import { SallyportError } from "../protocol/error.ts";

/** A name's number; a number is itself. id(1) asks whatever nsswitch.conf names. Throws `CONFIG_INVALID`. */
export function userId(name: string): Promise<number> {
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
