// Where a real FTP server is. Debian's conflict as packages, so .ci/unpacked-servers unpacks all but one of them.
import { existsSync } from "node:fs";

/** The server's files, as installed or as unpacked; undefined: it is not here. `name` as .ci/unpacked-servers has it. */
export function findServer<Files extends Readonly<Record<string, string>>>(
  name: string,
  files: Files,
): Files | undefined {
  return ["", `/var/tmp/sallyport-peers/${name}`]
    .map((prefix) => Object.fromEntries(Object.entries(files).map(([key, path]) => [key, prefix + path])) as Files)
    .find((found) => Object.values(found).every((path) => existsSync(path)));
}

/** The one virtual user of those that have users of their own. */
export const virtualUser = { user: "tester", password: "door and gate" } as const;
