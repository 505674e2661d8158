// `checksum`: what the server says of a file's content, in the form that sha256sum --check reads.
import type { HashName } from "../../client/checksum.ts";
import { SallyportError } from "../../protocol/error.ts";
import { usageError } from "../command-line/usage-error.ts";
import { escapeText } from "../report/escape-text.ts";
import type { PromptCommand } from "./shell.ts";

const names: readonly HashName[] = ["SHA-512", "SHA-256", "SHA-1", "MD5", "CRC32"];

export const checksumCommand: PromptCommand = {
  name: "checksum",
  usage: "FILE [ALGORITHM]",
  help: "show a file's checksum as the server has it (SHA-256, or another)",
  args: [1, 2],
  completes: ["remote", "nothing"],
  redirects: "lines",
  run: async (shell, [file, algorithm]) => {
    const client = shell.client();
    const path = file?.text ?? "";
    const name = algorithm === undefined ? usual(client.hashes) : parseName(algorithm.text);
    const digest = await client.hash(path, name, { signal: shell.signal });
    shell.print(`${name.replace("-", "")} (${escapeText(path)}) = ${digest}`);
  },
};

/** What most have a program for, else the strongest. */
function usual(offered: readonly HashName[]): HashName {
  const name = offered.includes("SHA-256") ? "SHA-256" : offered[0];
  if (name !== undefined) return name;
  throw new SallyportError("NET_UNSUPPORTED", "the server offers no checksums", {
    hint: "size shows its length; download it to compare more.",
  });
}

function parseName(text: string): HashName {
  const plain = (name: string): string => name.replace("-", "").toUpperCase();
  const found = names.find((name) => plain(name) === plain(text));
  if (found === undefined) throw usageError(`there is no checksum "${escapeText(text)}"`, `Write ${names.join(", ")}.`);
  return found;
}
