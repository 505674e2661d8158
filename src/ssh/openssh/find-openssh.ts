// Is there an ssh that can do what we need?
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { limits } from "../../protocol/limits.ts";

/** Proxy mode of the multiplexing socket (PROTOCOL.mux section 9) came with OpenSSH 7.4. */
const oldestUsable = { major: 7, minor: 4 } as const;

export type OpenSshSearch =
  | { readonly usable: true; readonly program: string; readonly version: string }
  /** `reason` is the second half of a sentence: "OpenSSH on Windows cannot share a connection". */
  | { readonly usable: false; readonly reason: string };

export interface SearchPlace {
  /** Default: the PATH of this process. */
  readonly path?: string;
  /** Default: this machine's. */
  readonly platform?: NodeJS.Platform;
}

/** Looks for `ssh` on PATH and asks it for its version. Never rejects. */
export async function findOpenSsh(place: SearchPlace = {}): Promise<OpenSshSearch> {
  if ((place.platform ?? process.platform) === "win32") {
    return { usable: false, reason: "OpenSSH on Windows cannot share a connection (no ControlMaster)" };
  }
  const program = await findProgram("ssh", place.path ?? process.env["PATH"] ?? "");
  if (program === undefined) return { usable: false, reason: "there is no ssh on PATH" };
  const banner = await versionBanner(program);
  const [, version = "", major = "0", minor = "0"] = /OpenSSH_((\d+)\.(\d+)\S*)/.exec(banner) ?? [];
  if (version === "") return { usable: false, reason: `${program} is not OpenSSH` };
  return isNewEnough(Number(major), Number(minor))
    ? { usable: true, program, version: version.replace(/,$/, "") }
    : { usable: false, reason: `${program} is OpenSSH ${version}, which is older than 7.4` };
}

function isNewEnough(major: number, minor: number): boolean {
  return major > oldestUsable.major || (major === oldestUsable.major && minor >= oldestUsable.minor);
}

async function findProgram(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter)) {
    if (folder === "") continue;
    const candidate = join(folder, name);
    try {
      await access(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not here, or not ours to run.
    }
  }
  return undefined;
}

/** `ssh -V` writes to standard error. */
function versionBanner(program: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, ["-V"], { timeout: limits.sshVersionMs }, (_error, stdout, stderr) =>
      resolve(`${stderr}${stdout}`),
    );
  });
}
