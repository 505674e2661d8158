// A private key in a file: read without a passphrase as far as that goes, decrypted only when it must sign.
import { createPrivateKey } from "node:crypto";
import { access, readFile, stat } from "node:fs/promises";
import ssh2, { type ParsedKey } from "ssh2"; // `utils` is no named export to Node
import { SallyportError } from "../../../protocol/error.ts";

export interface KeyFile {
  readonly path: string;
  /** From the `.pub` beside it, or the file itself where that shows it; else known only once decrypted. */
  readonly publicKey: ParsedKey | undefined;
  /** `undefined` for a public key, which only says which of the agent's keys is meant. */
  readonly privateText: Buffer | undefined;
  /** The key itself if it is not encrypted. */
  readonly privateKey: ParsedKey | undefined;
}

const needsPassphrase = /no passphrase given|bad passphrase/i;

/** `undefined` when there is no such file, or no key that ssh2 can read in it; `notify` gets the reason, except for the former. */
export async function readKeyFile(path: string, notify: (line: string) => void): Promise<KeyFile | undefined> {
  const text = await readFile(path).then(fromPkcs8, () => undefined);
  if (text === undefined) return publicHalf(path);
  if (
    await access(`${path}-cert.pub`).then(
      () => true,
      () => false,
    )
  ) {
    notify(`Warning: the embedded SSH does not use the certificate ${path}-cert.pub; --ssh openssh does`);
  }
  const key = parseKey(text);
  if (!(key instanceof Error) && !key.isPrivateKey()) {
    return { path, publicKey: key, privateText: undefined, privateKey: undefined };
  }
  if (await isTooOpen(path)) {
    notify(`Warning: permissions of ${path} are too open; the key is not used. Fix it with: chmod 600 ${path}`);
    return undefined;
  }
  if (!(key instanceof Error)) return { path, publicKey: key, privateText: text, privateKey: key };
  if (!needsPassphrase.test(key.message)) {
    notify(`Warning: the embedded SSH cannot read the key in ${path}: ${unreadable(text, path, key)}`);
    return undefined;
  }
  const publicKey = (await publicHalf(path))?.publicKey ?? publicPart(text);
  return { path, publicKey, privateText: text, privateKey: undefined };
}

/** PKCS#8 as openssl writes it, for ssh2 in the older form that it reads; what cannot be put so stays as it is. */
function fromPkcs8(text: Buffer): Buffer {
  if (!text.includes("-----BEGIN PRIVATE KEY-----")) return text;
  try {
    const key = createPrivateKey(text);
    const type = key.asymmetricKeyType === "rsa" ? "pkcs1" : key.asymmetricKeyType === "ec" ? "sec1" : undefined;
    return type === undefined ? text : Buffer.from(key.export({ type, format: "pem" }) as string);
  } catch {
    return text;
  }
}

function unreadable(text: Buffer, path: string, { message }: Error): string {
  const isPkcs8 = /-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----/.test(text.toString("latin1"));
  return isPkcs8 ? `it is PKCS#8. Rewrite it with: ssh-keygen -p -f ${path}; or use --ssh openssh` : message;
}

/** A key that is in no file. Throws `CONFIG_INVALID` when it is no private key, or an encrypted one. */
export function keyOfText(text: string): KeyFile {
  const privateText = Buffer.from(text);
  const key = parseKey(privateText);
  if (key instanceof Error || !key.isPrivateKey()) {
    throw new SallyportError("CONFIG_INVALID", "the private key given cannot be used", { cause: key });
  }
  return { path: "the key given", publicKey: key, privateText, privateKey: key };
}

/** `path.pub` alone: the private half may be in the agent. */
async function publicHalf(path: string): Promise<KeyFile | undefined> {
  const text = await readFile(`${path}.pub`).catch(() => undefined);
  const key = text === undefined ? undefined : parseKey(text);
  if (key === undefined || key instanceof Error) return undefined;
  return { path, publicKey: key, privateText: undefined, privateKey: undefined };
}

/** ssh2 returns its errors. */
export function parseKey(text: Buffer, passphrase?: string): ParsedKey | Error {
  const parsed = ssh2.utils.parseKey(text, passphrase);
  return Array.isArray(parsed) ? (parsed[0] ?? new Error("no key in it")) : parsed;
}

/** As ssh: nobody else may read a private key of ours. */
async function isTooOpen(path: string): Promise<boolean> {
  if (process.platform === "win32") return false;
  const { mode, uid } = await stat(path);
  return uid === process.getuid?.() && (mode & 0o077) !== 0;
}

/** The public key that an encrypted file in OpenSSH's format shows in the clear (PROTOCOL.key, section 1). */
function publicPart(text: Buffer): ParsedKey | undefined {
  const [, encoded] = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/.exec(text.toString("latin1")) ?? [];
  if (encoded === undefined) return undefined;
  const data = Buffer.from(encoded, "base64");
  try {
    let at = "openssh-key-v1\0".length;
    for (let field = 0; field < 3; field++) at += 4 + data.readUInt32BE(at); // cipher, kdf, kdf options
    at += 4; // number of keys, which is 1
    const key = parseKey(data.subarray(at + 4, at + 4 + data.readUInt32BE(at)));
    return key instanceof Error ? undefined : key;
  } catch {
    return undefined;
  }
}
