// Two sessions of one client: the data go from server to server (RFC 959 section 5.2), and the client never sees them.
import { formatPort, type HostPort } from "../../protocol/host-port.ts";
import { parse227 } from "../../protocol/passive-reply.ts";
import type { Scene } from "./act.ts";
import { compare } from "./compare.ts";
import { readStored } from "./files.ts";
import { demoLogin, type Site } from "./stage.ts";
import { UserPi } from "./user-pi/user-pi.ts";

interface Party {
  readonly pi: UserPi;
  readonly site: Site;
}

export async function thirdParty({ stage, passage, signal, step }: Scene): Promise<void> {
  const [here, there] = passage.entrances;
  await using first = await UserPi.open(here, demoLogin, signal);
  await using second = await UserPi.open(there, demoLogin, signal);
  const one: Party = { pi: first, site: stage.sites[0] };
  const two: Party = { pi: second, site: stage.sites[1] };
  await Promise.all([first.ask(2, "TYPE", "I"), second.ask(2, "TYPE", "I")]);
  await step("there", () => copy(one, two, "every-byte.bin", "copied.bin", signal));
  await step("and back", () => copy(two, one, "copied.bin", "from-third-party.bin", signal));
  await Promise.all([first.quit(), second.quit()]);
}

/** The receiver listens, the sender connects: or so both of them are told. */
async function copy(from: Party, to: Party, name: string, newName: string, signal: AbortSignal): Promise<string> {
  const address: HostPort = parse227(await to.pi.ask(2, "PASV"));
  await from.pi.ask(2, "PORT", formatPort(address));
  await Promise.all([transfer(to.pi, "STOR", newName), transfer(from.pi, "RETR", name)]);
  const [went, came] = await Promise.all([
    readStored(from.site.files, `/${name}`, signal),
    readStored(to.site.files, `/${newName}`, signal),
  ]);
  return compare(`${name} to ${newName}`, came, went);
}

async function transfer(pi: UserPi, verb: string, name: string): Promise<void> {
  await pi.ask(1, verb, name);
  await pi.reply(2, verb);
}
