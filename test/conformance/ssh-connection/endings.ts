// Commands and subsystems that end early: by their caller, with the connection, by its loss.
import { describe, expect, test } from "vitest";
import type { CloseInfo, Connection } from "../../../src/platform/network.ts";
import { until } from "../../support/until.ts";
import type { SshConnectionTraits, TestedConnection } from "../ssh-connection-fixture.ts";
import { failureOf, never, type SshBench } from "./bench.ts";

const reason = { not: "even an error" };
const signal = never;

export function describeEndings(bench: SshBench, { commands, subsystems, isScripted }: SshConnectionTraits): void {
  const { runsOn = "", succeeds = "" } = commands;
  const { echoes } = subsystems;

  /** Starts a command that goes on, and a subsystem; both have reached the server. */
  async function begin(
    connection: TestedConnection,
    abort = signal,
  ): Promise<{ running: Promise<unknown>; subsystem: Connection | undefined }> {
    const running = connection.exec(runsOn, { signal: abort });
    running.catch(() => {}); // looked at later
    await connection.exec(succeeds, { signal });
    const subsystem = echoes === undefined ? undefined : await connection.openSubsystem(echoes, { signal });
    subsystem?.stream.on("error", () => {});
    return { running, subsystem };
  }

  describe("what is given up", () => {
    test("before it began rejects with the reason untouched", async () => {
      const aborted = AbortSignal.abort(reason);
      await expect(bench.connection.exec(succeeds, { signal: aborted })).rejects.toBe(reason);
      await expect(bench.connection.openSubsystem("any", { signal: aborted })).rejects.toBe(reason);
    });

    test("while it is being opened rejects with the reason untouched, and leaves nothing", async () => {
      const stop = new AbortController();
      const running = bench.connection.exec(succeeds, { signal: stop.signal });
      const opening = bench.connection.openSubsystem(echoes ?? subsystems.isRefused, { signal: stop.signal });
      stop.abort(reason);
      await expect(running).rejects.toBe(reason);
      await expect(opening).rejects.toBe(reason);
      await bench.expectNothingOpen();
    });

    if (runsOn === "") return;
    test("while it runs rejects with the reason untouched, and leaves nothing", async () => {
      const stop = new AbortController();
      const { running, subsystem } = await begin(bench.connection, stop.signal);
      stop.abort(reason);
      await expect(running).rejects.toBe(reason);
      await subsystem?.[Symbol.asyncDispose]();
      await bench.expectNothingOpen();
      if (isScripted) await until("SIGTERM", () => bench.fixture.rules?.signals.at(-1) === "TERM");
    });
  });

  if (runsOn === "") return;
  describe("a connection", () => {
    test("that is disposed of ends commands and subsystems as closed, and gives no new ones", async () => {
      const connection = await bench.another();
      const { running, subsystem } = await begin(connection);
      await connection[Symbol.asyncDispose]();
      expect(await connection.lost).toBeUndefined();
      await expectGone("CLOSED", { connection, running, subsystem }, { by: "local", how: "reset" });
    });

    test("that is lost ends commands and subsystems as lost, and gives no new ones", async () => {
      const connection = await bench.another();
      const { running, subsystem } = await begin(connection);
      await bench.fixture.breakConnections();
      expect((await connection.lost)?.code).toBe("SSH_DISCONNECTED");
      await expectGone("SSH_DISCONNECTED", { connection, running, subsystem }, { by: "remote", how: "lost" });
      await connection[Symbol.asyncDispose]();
    });
  });
}

interface Begun {
  readonly connection: TestedConnection;
  readonly running: Promise<unknown>;
  readonly subsystem: Connection | undefined;
}

async function expectGone(
  code: string,
  { connection, running, subsystem }: Begun,
  ending: Pick<CloseInfo, "by" | "how">,
): Promise<void> {
  expect((await failureOf(running)).code).toBe(code);
  if (subsystem !== undefined) expect(await subsystem.closed).toMatchObject({ ...ending, error: { code } });
  const later = [
    connection.exec("true", { signal }),
    connection.openSubsystem("sftp", { signal }),
    connection.network.connect({ host: "127.0.0.1", port: 9, signal }),
  ];
  expect(await Promise.all(later.map(async (each) => (await failureOf(each)).code))).toEqual([code, code, code]);
}
