// `ssh -N` on a host.
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import type { SshWords } from "../words.ts";
import type { Enclosure } from "./enclosure/enclosure.ts";
import type { Program } from "./enclosure/program.ts";
import { sshCommand, sshReady } from "./programs/ssh-words.ts";

/** Its forwards listen when it resolves. Throws `SSH_FORWARD_REFUSED` when sshd refuses a `-R`. */
export async function startSsh(enclosure: Enclosure, host: string, words: SshWords): Promise<Program> {
  const program = enclosure.start(host, sshCommand(words));
  try {
    await program.said(sshReady(words));
    return program;
  } catch (error) {
    const refusal = /remote port forwarding failed for listen port \d+/.exec(program.log)?.[0];
    if (refusal === undefined || !isSallyportError(error)) throw error;
    throw new SallyportError("SSH_FORWARD_REFUSED", refusal, { cause: error });
  }
}
