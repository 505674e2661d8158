// Host keys of several types for the tests, without starting ssh-keygen.
import { randomBytes } from "node:crypto";

function field(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A blob of the type with random contents (RFC 4253 section 6.6); good enough to be compared. */
export function someKey(type = "ssh-ed25519"): Buffer {
  return Buffer.concat([field(Buffer.from(type)), field(randomBytes(32))]);
}

/** An RSA blob whose modulus has `bits` bits. */
export function rsaKey(bits: number): Buffer {
  const modulus = randomBytes(Math.ceil(bits / 8));
  modulus[0] = 1 << ((bits - 1) % 8);
  const signed = (modulus[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), modulus]) : modulus;
  return Buffer.concat([field(Buffer.from("ssh-rsa")), field(Buffer.from([1, 0, 1])), field(signed)]);
}

/** A line of known_hosts. */
export function line(names: string, key: Buffer, marker = ""): string {
  const type = key.toString("latin1", 4, 4 + key.readUInt32BE(0));
  return `${marker === "" ? "" : `${marker} `}${names} ${type} ${key.toString("base64")}\n`;
}
