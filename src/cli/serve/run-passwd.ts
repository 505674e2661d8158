// `sallyport passwd`: asks twice, and writes the user's line.

import { readPrivateFile } from "../../admission/private-file.ts";
import { writeWholeFile } from "../../filesystem/whole-file.ts";
import { isSallyportError, SallyportError } from "../../protocol/error.ts";
import { limits } from "../../protocol/limits.ts";
import { hashPassword, parsePasswordFile } from "../../serve/passwords.ts";
import { exitStatus } from "../exit-status.ts";
import type { ProcessIo } from "../run/process-io.ts";
import { StopRequest } from "../run/stop-request.ts";
import { askPassword, makeAskUser } from "../terminal/ask-user.ts";
import type { PasswdCommand } from "./passwd-command.ts";

const askProgram =
  "without one name a program that prints the password in SSH_ASKPASS, and set SSH_ASKPASS_REQUIRE=force";

/** Returns the exit status. Throws `CONFIG_INVALID` when the two differ, or the file cannot be read or written. */
export async function runPasswd(command: PasswdCommand, io: ProcessIo): Promise<number> {
  const stop = new StopRequest(io.onStopSignal);
  try {
    const ask = makeAskUser({ env: io.env, interrupt: () => stop.request("SIGINT") });
    const typed = (text: string): Promise<string> => askPassword({ text, otherwise: askProgram }, ask, stop.first);
    const password = await typed(`New password for ${command.name}: `);
    const again = await typed("Once more: ");
    if (password !== again) throw new SallyportError("CONFIG_INVALID", "the two passwords differ");
    const line = await lineFor(command, password);
    if (command.file === undefined) io.printLine(line);
    else await putLine(command.file, command.name, line);
    return exitStatus.ok;
  } finally {
    stop[Symbol.dispose]();
  }
}

async function lineFor({ name, root, readOnly }: PasswdCommand, password: string): Promise<string> {
  const hash = await hashPassword(Buffer.from(password, "utf8").toString("latin1"));
  const fields = readOnly ? [name, hash, root ?? "", "ro"] : [name, hash, ...(root === undefined ? [] : [root])];
  return fields.join(":");
}

/** The user's old line is replaced, and the file as a whole in one step. */
async function putLine(file: string, name: string, line: string): Promise<void> {
  try {
    const bytes = await readPrivateFile(file, { secret: false, bytesMax: limits.passwordFileBytesMax });
    const old = bytes?.toString("utf8") ?? "";
    parsePasswordFile(old, file);
    const others = old.split("\n").filter((each) => each !== "" && !each.startsWith(`${name}:`));
    await writeWholeFile(file, `${[...others, line].join("\n")}\n`, { mode: 0o600 });
  } catch (cause) {
    if (isSallyportError(cause)) throw cause;
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new SallyportError("CONFIG_INVALID", `the password file ${file} cannot be written: ${why}`, { cause });
  }
}
