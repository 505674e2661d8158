// A test pyftpdlib, which reads and answers commands while a transfer runs.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { FtpServerOptions, Preparation } from "./ftp-server-options.ts";
import type { TempDir } from "./tempdir.ts";
import { virtualUser } from "./unpacked-server.ts";

/** Debian's package is for this one. */
const python = "/usr/bin/python3";

export function findPyftpdlib(): boolean {
  return spawnSync(python, ["-c", "import pyftpdlib"]).status === 0;
}

export async function preparePyftpdlib(
  dir: TempDir,
  root: string,
  address: string,
  port: number,
  options: FtpServerOptions,
): Promise<Preparation> {
  const script = fileURLToPath(new URL("pyftpdlib-server.py", import.meta.url));
  const { first, last } = options.passivePorts ?? { first: 0, last: 0 };
  const { user, password } = virtualUser;
  return {
    command: [python, "-u", script, root, address, String(port), user, password, String(first), String(last)],
    user,
    password,
    dataPort: undefined,
    logFile: dir.file("none"), // all is on standard output
    release: async () => {},
  };
}
