// A fresh key pair, for a server or for a user that lives no longer than the program.
import ssh2 from "ssh2"; // `utils` is no named export to Node

export interface SshKeyPair {
  /** OpenSSH private key, not encrypted. */
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA…` */
  readonly publicKey: string;
}

/** Ed25519 (RFC 8709). */
export function generateKey(): SshKeyPair {
  const { private: privateKey, public: publicKey } = ssh2.utils.generateKeyPairSync("ed25519");
  return { privateKey, publicKey };
}
