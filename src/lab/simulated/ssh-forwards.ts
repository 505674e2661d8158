// `ssh -N -L … -R … -D …` on a simulated host.
import { definedProps } from "../../protocol/defined-props.ts";
import { forwardDynamic, forwardLocal, forwardRemote } from "../../simulation/ssh/forwards.ts";
import { SimulatedSsh } from "../../simulation/ssh/ssh-client.ts";
import { readForward } from "../forward-words.ts";
import type { SshWords } from "../words.ts";
import { never } from "./ftp-server.ts";
import type { Program } from "./program.ts";

/** Gives the ports on which it takes FTP clients. Throws `NET_*`, `SSH_FORWARD_REFUSED`. */
export async function startSsh(program: Program, words: SshWords): Promise<readonly number[]> {
  const ssh = await SimulatedSsh.connect(program.host, { host: words.to, local: program, signal: never });
  const isForAll = words.isForAll ?? false;
  const ports: number[] = [];
  for (const local of words.local ?? []) {
    const { target, ...where } = readForward(local);
    ports.push((await forwardLocal(ssh, { ...where, isForAll }, target)).endpoint.port);
  }
  for (const remote of words.remote ?? []) {
    const { target, ...where } = readForward(remote);
    await forwardRemote(ssh, where, target);
  }
  for (const dynamic of words.dynamic ?? []) {
    const [port, bind] = dynamic.split(":").reverse();
    await forwardDynamic(ssh, { ...definedProps({ bind }), port: Number(port), isForAll });
  }
  return ports;
}
