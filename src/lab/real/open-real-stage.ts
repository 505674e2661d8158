// Builds the world of a topology and opens the stage in it.
import { writeFileSync } from "node:fs";
import { wakefulClock } from "../../network/system-clock.ts";
import { EvidenceLog } from "../evidence-log.ts";
import type { RunningStage } from "../stage.ts";
import type { Topology } from "../topology.ts";
import { Wiretap } from "./capture/wiretap.ts";
import { Enclosure } from "./enclosure/enclosure.ts";
import { buildScript, type KernelSettings } from "./network/build-script.ts";
import { checkFtpHelper } from "./network/packet-rules.ts";
import { planNetwork } from "./network/plan.ts";
import { accountsScript } from "./programs/accounts.ts";
import { checkMachine } from "./programs/needed.ts";
import { sshConfig } from "./programs/ssh.ts";
import { RealStage } from "./real-stage.ts";

/** A stage on which other programs than the lab's can be run, too. */
export interface RunningRealStage extends RunningStage {
  /** Runs a shell script on a host to its end, and gives what it wrote. Throws `CONFIG_INVALID` when it fails. */
  script(host: string, text: string): Promise<string>;
}

/**
 * Real programs in network namespaces of this machine, which must be Linux, and its user root. Nothing of them is left after
 * disposal, nor after the end of this program, however it ends.
 * `settings`: of the kernel, for every host. Throws `CONFIG_INVALID` where that is impossible, with what to do, and `NET_UNSUPPORTED` where only this topology is.
 */
export async function openRealStage(
  topology: Topology,
  _name = "",
  settings: KernelSettings = {},
): Promise<RunningRealStage> {
  checkMachine(process.platform, process.getuid?.());
  if (topology.routers.some(({ ftpHelper }) => ftpHelper === true)) checkFtpHelper();
  const plan = planNetwork(topology);
  const enclosure = await Enclosure.open();
  try {
    await enclosure.script(`${accountsScript()}\n${buildScript(plan, settings)}`);
    writeFileSync(enclosure.outside("ssh_config"), sshConfig());
    const log = new EvidenceLog(topology);
    const tap = await Wiretap.open(enclosure, plan, (sighting) => log.see(sighting));
    const stage = new RealStage({ enclosure, tap, log, clock: wakefulClock });
    return {
      stage,
      script: (host, text) => enclosure.script(text, host),
      async run(story) {
        try {
          return await story();
        } finally {
          await tap.catchUp();
        }
      },
      events: () => log.events(),
      [Symbol.asyncDispose]: () => enclosure[Symbol.asyncDispose](),
    };
  } catch (error) {
    await enclosure[Symbol.asyncDispose]();
    throw error;
  }
}
