// Keys for the test sshd: made once per process, handed out as text, so that every server may keep them in its own directory.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { makeTempDir } from "./tempdir.ts";

export interface SshKey {
  /** OpenSSH private key file. */
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA… comment`, with a newline. */
  readonly publicKey: string;
}

/** A fresh key pair. `type` as ssh-keygen spells it; `passphrase` encrypts the private key. */
export function makeSshKey(type = "ed25519", passphrase = ""): SshKey {
  const dir = makeTempDir("key");
  try {
    const path = dir.file("key");
    execFileSync("ssh-keygen", ["-q", "-t", type, "-N", passphrase, "-C", "sallyport-test", "-f", path]);
    return { privateKey: readFileSync(path, "utf8"), publicKey: readFileSync(`${path}.pub`, "utf8") };
  } finally {
    dir.remove();
  }
}

let host: SshKey | undefined;
let client: SshKey | undefined;

/** The host key of every test sshd of this process. */
export function hostKey(): SshKey {
  host ??= makeSshKey();
  return host;
}

/** The key that every test sshd of this process lets in. */
export function clientKey(): SshKey {
  client ??= makeSshKey();
  return client;
}
