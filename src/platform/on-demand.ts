// Parts of Node that plain FTP has no use for: loaded when one is used, since together they were a tenth of the start of `get`.

let crypto: typeof import("node:crypto") | undefined;

/** Asked for with every data port, and Node takes a while to find it. */
export const nodeCrypto = (): typeof import("node:crypto") => {
  crypto ??= process.getBuiltinModule("node:crypto");
  return crypto;
};
export const nodeZlib = (): typeof import("node:zlib") => process.getBuiltinModule("node:zlib");
export const nodeTls = (): typeof import("node:tls") => process.getBuiltinModule("node:tls");
export const nodeChildProcess = (): typeof import("node:child_process") =>
  process.getBuiltinModule("node:child_process");
