// Many FTP sessions at the same time, through one way.
import { TestClient } from "../test/support/test-client.ts";
import type { OpenWay } from "./measurement.ts";

const loginsAtATime = 20;

/** Logged in. */
export async function logins(way: OpenWay, count: number): Promise<TestClient[]> {
  const sessions: TestClient[] = [];
  while (sessions.length < count) {
    const group = Math.min(loginsAtATime, count - sessions.length);
    sessions.push(...(await Promise.all(Array.from({ length: group }, () => login(way)))));
  }
  return sessions;
}

async function login(way: OpenWay): Promise<TestClient> {
  const { user, password } = way.crowd ?? way.server;
  const client = await TestClient.connect(way);
  await client.expect(220);
  await client.ask(`USER ${user}`, 331);
  await client.ask(`PASS ${password}`, 230);
  await client.ask("PWD", 257);
  return client;
}

/** With QUIT. */
export async function goodbye(sessions: readonly TestClient[]): Promise<void> {
  await Promise.all(
    sessions.map(async (session) => {
      session.send("QUIT");
      await session.closed();
      session[Symbol.dispose]();
    }),
  );
}
