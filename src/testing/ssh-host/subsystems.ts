// A subsystem of the server, as a Connection.
import { deepEqual, equal } from "node:assert/strict";
import type { Connection } from "../../platform/network.ts";
import { rejectsLike } from "../assertions.ts";
import type { Facts } from "../facts.ts";
import { collect, randomPayload } from "../network/traffic.ts";
import type { SshSubsystems } from "./ssh-host-fixture.ts";
import { never, type SshHostSubject } from "./subject.ts";

const refused = { code: "SSH_CHANNEL_REFUSED", details: { remote: "session", phase: "subsystem" } };

export function subsystemFacts({ describe, test }: Facts, subject: SshHostSubject, subsystems: SshSubsystems): void {
  const open = (name: string): Promise<Connection> => subject.host.openSubsystem(name, never);
  const fact = (subsystem: string | undefined, name: string, body: (subsystem: string) => Promise<void>): void => {
    if (subsystem !== undefined) test(name, () => body(subsystem));
  };

  describe("a subsystem", () => {
    fact(subsystems.echoes, "carries every byte both ways, and both ends", async (name) => {
      const { stream, closed } = await open(name);
      const payload = randomPayload(3_000_001);
      const received = collect(stream);
      stream.end(payload);
      deepEqual(await closed, { by: "local", how: "fin" });
      equal((await received).equals(payload), true);
    });

    fact(subsystems.echoes, "that is disposed of at once leaves nothing", async (name) => {
      const connection = await open(name);
      await connection[Symbol.asyncDispose]();
      await connection[Symbol.asyncDispose]();
    });

    fact(subsystems.isRefused, "that the server does not have rejects as refused", (name) =>
      rejectsLike(open(name), refused),
    );
    fact(subsystems.endsUnanswered, "that gets an end-of-file and a close for an answer rejects as refused", (name) =>
      rejectsLike(open(name), refused),
    );
    fact(subsystems.breaksUnanswered, "that gets a close for an answer rejects as refused", (name) =>
      rejectsLike(open(name), refused),
    );
  });
}
