// What scripted servers do more than once.
import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import type { ScriptedControl, ScriptedData } from "../support/scripted-control.ts";

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

const sample = randomBytes(1_048_576);

/** Bytes that no period of a buffer's size could hide a fault in. */
export const file = (length: number): Buffer =>
  Buffer.concat(Array.from({ length: Math.ceil(length / sample.length) }, () => sample)).subarray(0, length);
