// A fresh key pair in OpenSSH's format. ssh2's own generator loses a leading zero of the public half: one key in 256 is none.
import { generateKeyPairSync, randomBytes } from "node:crypto";

export interface SshKeyPair {
  /** OpenSSH private key, not encrypted. */
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA…` */
  readonly publicKey: string;
}

const type = "ssh-ed25519";
/** What the part that would be encrypted is filled up to; without encryption, too. */
const blockBytes = 8;
const lineCharacters = 70;
const keyBytes = 32;

/** Ed25519 (RFC 8709), as PROTOCOL.key of OpenSSH writes it down. */
export function generateKey(): SshKeyPair {
  // The keys are the last bytes of both (RFC 8410). Not by export: Node 20 stands still for good when it collects what has
  // generated a key while that key is being exported.
  const pair = generateKeyPairSync("ed25519", {
    publicKeyEncoding: { type: "spki", format: "der" },
    privateKeyEncoding: { type: "pkcs8", format: "der" },
  });
  const [publicHalf, seed] = [pair.publicKey, pair.privateKey].map((der) => der.subarray(-keyBytes)) as [
    Buffer,
    Buffer,
  ];
  const blob = Buffer.concat([string(type), string(publicHalf)]);
  const check = randomBytes(4);
  const secrets = Buffer.concat([
    check,
    check,
    blob,
    string(Buffer.concat([seed, publicHalf])),
    string(""), // comment
  ]);
  const padding = Buffer.from(Array.from({ length: -secrets.length & (blockBytes - 1) }, (_, index) => index + 1));
  const file = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    ...["none", "none", ""].map(string), // cipher, key derivation and its options
    Buffer.from([0, 0, 0, 1]), // keys
    string(blob),
    string(Buffer.concat([secrets, padding])),
  ]);
  const lines = file.toString("base64").match(new RegExp(`.{1,${lineCharacters}}`, "g")) ?? [];
  return {
    privateKey: ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n"),
    publicKey: `${type} ${blob.toString("base64")}`,
  };
}

/** RFC 4251 section 5. */
function string(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
