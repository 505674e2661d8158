// What every SSH host does, as facts: those of connectSsh, both transports below it, simulated, and yours.
import { type ConformanceSuite, makeSuite } from "./facts.ts";
import { endingFacts } from "./ssh-host/endings.ts";
import { execFacts } from "./ssh-host/exec.ts";
import type { SshHostFixture, SshHostTraits } from "./ssh-host/ssh-host-fixture.ts";
import { SshHostSubject } from "./ssh-host/subject.ts";
import { subsystemFacts } from "./ssh-host/subsystems.ts";

/**
 * The facts about an {@link SshHost}: commands and how they end, subsystems, refusals, what is given up, disposal, loss. `traits` names commands
 * and subsystems by what the server of the tests does with them; a fact that it cannot bring about is left out. `open` is called once, with the
 * first fact. What the host's `network` does is asked by {@link networkSuite}.
 *
 * @example
 * const traits = { commands: { succeeds: "printf out", runsOn: "sleep 600" }, subsystems: { isRefused: "no-such" } };
 * const suite = sshHostSuite(traits, async () => ({
 *   connect: async () => ({ host: await mine() }), breakConnections: async () => {}, close: async () => {},
 * }));
 */
export function sshHostSuite(traits: SshHostTraits, open: () => Promise<SshHostFixture>): ConformanceSuite {
  const subject = new SshHostSubject(open);
  return makeSuite(subject, (facts) => {
    execFacts(facts, subject, traits.commands);
    subsystemFacts(facts, subject, traits.subsystems);
    endingFacts(facts, subject, traits);
  });
}
