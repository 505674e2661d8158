// curl 7.88: every mode; several operations in one session by --next.
import { type FrontMode, type FtpClient, type FtpTarget, type Operation, withDialogue } from "./ftp-client.ts";
import { type ClientResult, type RunOptions, runClient } from "./run-client.ts";

/** What makes it use each mode. */
export const modeOptions: Readonly<Record<FrontMode, readonly string[]>> = {
  epsv: [],
  pasv: ["--disable-epsv"],
  eprt: ["--ftp-port", "-"], // `-`: the address of its end of the control connection
  port: ["--ftp-port", "-", "--disable-eprt"],
};

/** curl as it is, quiet but for errors. */
export function runCurl(args: readonly string[], options?: RunOptions): Promise<ClientResult> {
  return runClient("curl", ["--silent", "--show-error", ...args], options);
}

export const curl: FtpClient = {
  name: "curl",
  modes: ["epsv", "pasv", "eprt", "port"],
  operations: ["list", "get", "get-ascii", "put", "put-ascii", "append", "resume-get", "resume-put", "delete"],
  async run(target, mode, todo, options) {
    const tls = target.ca === undefined ? [] : ["--ssl-reqd", "--cacert", target.ca];
    const common = ["--verbose", "--user", `${target.user}:${target.password}`, ...tls, ...modeOptions[mode]];
    const args = todo.flatMap((operation, index) => [
      ...(index === 0 ? ["--fail-early"] : ["--next", "--silent", "--show-error"]),
      ...common,
      ...operationArgs(operation, target),
    ]);
    return withDialogue(await runCurl(args, options), /^> (.+)/, /^< (\d{3}.*)/);
  },
};

function operationArgs(operation: Operation, target: FtpTarget): string[] {
  switch (operation.do) {
    case "list":
      return [url(target, "")];
    case "get":
      return ["--output", operation.local, url(target, operation.remote)];
    case "get-ascii":
      return ["--use-ascii", "--output", operation.local, url(target, operation.remote)];
    case "put":
      return ["--upload-file", operation.local, url(target, operation.remote)];
    case "put-ascii":
      return ["--use-ascii", "--upload-file", operation.local, url(target, operation.remote)];
    case "append":
      return ["--append", "--upload-file", operation.local, url(target, operation.remote)];
    case "resume-get":
      return ["--continue-at", "-", "--output", operation.local, url(target, operation.remote)];
    case "resume-put":
      return ["--continue-at", "-", "--upload-file", operation.local, url(target, operation.remote)];
    case "delete":
      return ["--head", "--quote", `DELE ${operation.remote}`, url(target, "")];
  }
}

/** `%FF` and the like may be given as they are; all else is encoded. */
export function url(target: FtpTarget, name: string): string {
  const host = target.host.includes(":") ? `[${target.host}]` : target.host;
  const path = name
    .split(/(%[0-9A-F]{2})/)
    .map((part, index) => (index % 2 === 1 ? part : encodeURIComponent(part)))
    .join("");
  return `ftp://${host}:${target.port}/${path}`;
}
