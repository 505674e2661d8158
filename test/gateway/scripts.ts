// What scripted servers do more than once.
import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import type { ScriptedControl, ScriptedData } from "../support/scripted-control.ts";
import { received } from "../support/test-client.ts";

/** The gateway's EPSV is answered with a port that listens. */
export async function answerEpsv(control: ScriptedControl): Promise<ScriptedData> {
  await control.expect("EPSV");
  const data = await control.listenData();
  await control.reply(`229 Entering Extended Passive Mode (|||${data.port}|)`);
  return data;
}

/** Logged in, and the first transfer has begun: its command line and its data connection. 150 has been said. */
export async function beginTransfer(control: ScriptedControl): Promise<{ line: string; data: Socket }> {
  await control.login();
  return nextTransfer(control);
}

export async function nextTransfer(control: ScriptedControl): Promise<{ line: string; data: Socket }> {
  const listener = await answerEpsv(control);
  const line = await control.expect(/^(RETR|STOR|LIST|NLST|APPE) /);
  await control.reply("150 here it comes");
  return { line, data: await listener.accept() };
}

/**
 * Obeys in order, as real servers do: nothing is read during a transfer. Files contain their own names. `beforeFile`: what a RETR waits for
 * on its data connection.
 */
export async function obey(
  control: ScriptedControl,
  beforeFile: (line: string, data: Socket) => Promise<unknown> = async () => {},
): Promise<void> {
  let listener: Awaited<ReturnType<ScriptedControl["listenData"]>> | undefined;
  for (let line = await control.line(); line !== undefined; line = await control.line()) {
    if (line === "EPSV") {
      listener = await control.listenData();
      await control.reply(`229 Entering Extended Passive Mode (|||${listener.port}|)`);
    } else if (line.startsWith("RETR ") && listener !== undefined) {
      await control.reply(`150 ${line}`);
      const data = await listener.accept();
      await beforeFile(line, data);
      data.end(`content of ${line.slice(5)}`);
      await control.reply(`226 ${line}`);
    } else if (line.startsWith("STOR ") && listener !== undefined) {
      await control.reply(`150 ${line}`);
      const data = await listener.accept();
      const { bytes, how } = await received(data);
      await control.reply(`226 ${line} ${bytes.length} ${how}`);
    } else if (line === "PWD") await control.reply('257 "/"');
    else if (line.startsWith("USER")) await control.reply("331 password?");
    else if (line.startsWith("PASS")) await control.reply("230 welcome");
    else await control.reply(`500 ${line}`);
  }
}

const sample = randomBytes(1_048_576);

/** Bytes that no period of a buffer's size could hide a fault in. */
export const file = (length: number): Buffer =>
  Buffer.concat(Array.from({ length: Math.ceil(length / sample.length) }, () => sample)).subarray(0, length);
