// `ssh -N …` and `sallyport …` as they are typed.
import type { SallyportWords } from "../../stage.ts";
import type { SshWords } from "../../words.ts";
import { sshConfigPath } from "./ssh-files.ts";

const each = (option: string, values: readonly string[] = []): string[] => values.flatMap((value) => [option, value]);

/** -v: it then says when its forwards listen, and when sshd's do. */
export function sshCommand(words: SshWords): readonly string[] {
  return [
    "ssh",
    "-F",
    sshConfigPath,
    "-v",
    "-N",
    "-o",
    "ExitOnForwardFailure=yes",
    ...(words.isForAll === true ? ["-g"] : []),
    ...each("-L", words.local),
    ...each("-R", words.remote),
    ...each("-D", words.dynamic),
    words.to,
  ];
}

/** What ssh says when all of that is in place. */
export function sshReady({ remote = [] }: SshWords): RegExp {
  // sshd's answers come in the order of the requests.
  const accepted = "(?:[^]*remote forward success for:)".repeat(remote.length);
  return remote.length === 0 ? /Entering interactive session/ : new RegExp(accepted);
}

export function sallyportCommand(program: string, words: SallyportWords): readonly string[] {
  return [
    process.execPath,
    program,
    "-F",
    sshConfigPath,
    ...(words.isForAll === true ? ["-g"] : []),
    ...(words.back === undefined ? [] : ["--back", words.back]),
    ...each("-L", words.forwards),
    words.via,
  ];
}
