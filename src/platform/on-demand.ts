// Parts of Node that plain FTP has no use for: loaded when one is used, since together they were a tenth of the start of `get`.

export const nodeCrypto = (): typeof import("node:crypto") => process.getBuiltinModule("node:crypto");
export const nodeZlib = (): typeof import("node:zlib") => process.getBuiltinModule("node:zlib");
export const nodeTls = (): typeof import("node:tls") => process.getBuiltinModule("node:tls");
export const nodeChildProcess = (): typeof import("node:child_process") =>
  process.getBuiltinModule("node:child_process");
