// Scripts of a server that is lost in the middle of a transfer, and of the one that comes after it.
import { once } from "node:events";
import type { Socket } from "node:net";
import type { ScriptedControl } from "../support/scripted-control.ts";
import type { Script } from "../support/scripted-server.ts";
import { meetLoggedIn, type Scene } from "./scene.ts";
import { answerEpsv, file } from "./scripts.ts";

export const content = file(3_000_000);
export const time = "213 20260101000000";

/** In TYPE I, as every client is that knows what it does. */
export async function meetSurviving(script: Script, options: Parameters<typeof meetLoggedIn>[1] = {}): Promise<Scene> {
  const scene = await meetLoggedIn(script, { surviveMs: 120_000, ...options });
  await scene.client.ask("TYPE I", 200);
  return scene;
}

/** The first connection of all is asked what the server can. */
export async function loginInBinary(
  control: ScriptedControl,
  number: number,
  features: readonly string[] = [],
): Promise<void> {
  await control.login();
  if (number === 0) {
    await control.expect("FEAT");
    await control.reply(["211-Features:", ...features.map((feature) => ` ${feature}`), "211 End"].join("\r\n"));
  }
  await control.expect("TYPE I");
  await control.reply("200 I");
}

export async function tellFile(control: ScriptedControl, size = content.length, mdtm = time): Promise<void> {
  await control.expect("SIZE f");
  await control.reply(`213 ${size}`);
  await control.expect("MDTM f");
  await control.reply(mdtm);
}

/** A RETR from this byte on, by the client or by the gateway: its data connection. */
export async function retrieval(control: ScriptedControl, from: number): Promise<Socket> {
  const listener = await answerEpsv(control);
  if (from > 0) {
    await control.expect(`REST ${from}`);
    await control.reply("350 restarting");
  }
  await control.expect("RETR f");
  await control.reply("150 here it comes");
  return listener.accept();
}

export async function storage(control: ScriptedControl, from: number): Promise<Socket> {
  const listener = await answerEpsv(control);
  if (from > 0) {
    await control.expect(`REST ${from}`);
    await control.reply("350 restarting");
  }
  await control.expect("STOR f");
  await control.reply("150 go on");
  return listener.accept();
}

/** Both connections of the server's break. */
export function crash(control: ScriptedControl, data: Socket): void {
  data.resetAndDestroy();
  control.reset();
}

/** All that comes until there is this much, or the end. */
export async function take(data: Socket, most = Number.POSITIVE_INFINITY): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of data.iterator({ destroyOnReturn: false })) {
    pieces.push(piece as Buffer);
    bytes += (piece as Buffer).length;
    if (bytes >= most) break;
  }
  return Buffer.concat(pieces);
}

/** The client has this much of it, and then the server is gone. */
export function crashingAt(half: number, next: Script, features: readonly string[] = []): Script {
  return async (control, number) => {
    await loginInBinary(control, number, features);
    if (number > 0) {
      await next(control, number);
      return;
    }
    const listener = await answerEpsv(control);
    await tellFile(control);
    await control.expect("RETR f");
    await control.reply("150 here it comes");
    const data = await listener.accept();
    await new Promise<void>((resolve) => data.write(content.subarray(0, half), () => resolve()));
    // An end in order, as sshd makes of any: all of it arrives.
    data.end();
    await once(data, "close");
    control.reset();
  };
}

/** It has stored this much of what came. */
export function crashingAfter(
  stored: number,
  next: (control: ScriptedControl, data: Buffer) => Promise<void>,
  features: readonly string[] = [],
): Script {
  const there: Buffer[] = [];
  return async (control, number) => {
    await loginInBinary(control, number, features);
    if (number > 0) {
      await next(control, Buffer.concat(there).subarray(0, stored));
      return;
    }
    const data = await storage(control, 0);
    there.push(await take(data, stored));
    crash(control, data);
  };
}

export async function upload(scene: Scene): Promise<void> {
  const data = await scene.client.connectData(await scene.client.passiveAddress());
  data.on("error", () => {}).resume(); // a reset is an outcome
  scene.client.send("STOR f");
  data.end(content);
  await scene.client.expect(150);
}
