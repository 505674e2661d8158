// Commands and subsystems that end early: by their caller, with the host, by the loss of its connection.
import { deepEqual, equal } from "node:assert/strict";
import type { CloseInfo, Connection } from "../../platform/network.ts";
import { matches, rejectsLike, rejectsWith, until } from "../assertions.ts";
import type { Facts } from "../facts.ts";
import type { SshHostTraits, TestedSshHost } from "./ssh-host-fixture.ts";
import { never, type SshHostSubject } from "./subject.ts";

const reason = { not: "even an error" };

export function endingFacts({ describe, test }: Facts, subject: SshHostSubject, traits: SshHostTraits): void {
  const { commands, subsystems, reconnects = false } = traits;
  const { runsOn, succeeds = "true" } = commands;
  const { echoes } = subsystems;

  describe("what is given up", () => {
    test("before it began rejects with the reason untouched", async () => {
      const aborted = AbortSignal.abort(reason);
      await rejectsWith(subject.host.exec(succeeds, aborted), reason);
      await rejectsWith(subject.host.openSubsystem("any", aborted), reason);
    });

    test("while it is being opened rejects with the reason untouched, and leaves nothing", async () => {
      const stop = new AbortController();
      const running = rejectsWith(subject.host.exec(succeeds, stop.signal), reason);
      const opening = rejectsWith(subject.host.openSubsystem(echoes ?? subsystems.isRefused, stop.signal), reason);
      stop.abort(reason);
      await Promise.all([running, opening]);
    });
  });
  if (runsOn === undefined) return;

  /** Starts a command that goes on, and a subsystem; both have reached the server. */
  async function begin(host: TestedSshHost, signal = never): Promise<Begun> {
    const running = host.exec(runsOn as string, signal);
    running.catch(() => {}); // looked at later
    await host.exec(succeeds, never);
    const subsystem = echoes === undefined ? undefined : await host.openSubsystem(echoes, never);
    subsystem?.stream.on("error", () => {});
    return { running, subsystem };
  }

  /** Each of what a host gives. */
  async function givesNothing(host: TestedSshHost, code: string): Promise<void> {
    await rejectsLike(host.exec(succeeds, never), { code });
    await rejectsLike(host.openSubsystem(echoes ?? "sftp", never), { code });
    await rejectsLike(host.network.connect({ host: "127.0.0.1", port: 9, signal: never }), { code });
  }

  test("what is given up while it runs rejects with the reason untouched, and leaves nothing", async () => {
    const stop = new AbortController();
    const { running, subsystem } = await begin(subject.host, stop.signal);
    stop.abort(reason);
    await rejectsWith(running, reason);
    await subsystem?.[Symbol.asyncDispose]();
    const { signals } = subject.fixture;
    if (signals === undefined) return;
    await until(
      () => "SIGTERM reaches the command",
      () => signals.at(-1) === "TERM",
    );
  });

  test("a host that is disposed of ends commands and subsystems as closed, and gives no new ones", async () => {
    const host = await subject.another();
    const begun = await begin(host);
    await host[Symbol.asyncDispose]();
    equal(await host.lost, undefined);
    await endsWith("CLOSED", begun, { by: "local", how: "reset" });
    await givesNothing(host, "CLOSED");
  });

  const afterwards = reconnects ? "gives new ones over another connection" : "gives no new ones";
  test(`a connection that is lost ends commands and subsystems as lost, and the host ${afterwards}`, async () => {
    const host = await subject.another();
    const begun = await begin(host);
    await subject.fixture.breakConnections();
    matches(await host.lost, { code: "SSH_DISCONNECTED" });
    await endsWith("SSH_DISCONNECTED", begun, { by: "remote", how: "lost" });
    if (reconnects) deepEqual(await host.exec(succeeds, never), { succeeded: true, stdout: "out" });
    else await givesNothing(host, "SSH_DISCONNECTED");
    await subject.forget();
  });
}

interface Begun {
  readonly running: Promise<unknown>;
  readonly subsystem: Connection | undefined;
}

async function endsWith(
  code: string,
  { running, subsystem }: Begun,
  ending: Pick<CloseInfo, "by" | "how">,
): Promise<void> {
  await rejectsLike(running, { code });
  if (subsystem !== undefined) matches(await subsystem.closed, { ...ending, error: { code } });
}
