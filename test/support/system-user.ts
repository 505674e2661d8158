// A throw-away user of this system, for servers that check passwords with PAM (vsftpd's local users). Needs root.
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";

export interface SystemUser extends AsyncDisposable {
  readonly name: string;
  readonly password: string;
  readonly uid: number;
  /** Deletes the user; idempotent. */
  remove(): Promise<void>;
}

const run = promisify(execFile);

export async function makeSystemUser(home: string): Promise<SystemUser> {
  const name = `sally${randomBytes(4).toString("hex")}`;
  const password = randomBytes(6).toString("hex");
  const hash = await cryptHash(password);
  // Debian's /etc/pam.d/vsftpd asks for a shell of /etc/shells (pam_shells).
  const options = ["--no-create-home", "--no-user-group", "--home-dir", home, "--shell", "/bin/sh"];
  await whileLocked("useradd", [...options, "--password", hash, name]);
  const { stdout } = await run("id", ["-u", name]);
  let removed: Promise<void> | undefined;
  const remove = (): Promise<void> => {
    removed ??= whileLocked("userdel", [name]);
    return removed;
  };
  return { name, password, uid: Number(stdout), remove, [Symbol.asyncDispose]: remove };
}

/** A crypt(3) hash (SHA-256, `$5$`), as shadow(5) and ProFTPD's AuthUserFile take it. */
export async function cryptHash(password: string): Promise<string> {
  const { stdout } = await run("openssl", ["passwd", "-5", password]);
  return stdout.trim();
}

/** useradd and userdel give up at once while another one holds the lock on /etc/passwd: exit status 1. */
async function whileLocked(command: string, args: readonly string[]): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await run(command, [...args]);
      return;
    } catch (error) {
      const { stderr = "" } = error as { stderr?: string };
      if (!/lock/.test(stderr) || attempt === 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
