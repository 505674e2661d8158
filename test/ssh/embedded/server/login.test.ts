// Who is let in, and what guessing costs.
import { once } from "node:events";
import { connect } from "node:net";
import ssh2, { type AuthContext, BaseAgent, type ParsedKey } from "ssh2";
import { afterEach, expect, test } from "vitest";
import { LoginGuard } from "../../../../src/admission/login-guard.ts";
import { systemClock } from "../../../../src/network/system-clock.ts";
import { limits } from "../../../../src/protocol/limits.ts";
import { Login } from "../../../../src/ssh/embedded/server/login.ts";
import type { AuthenticateSsh } from "../../../../src/ssh/embedded/server/options.ts";
import { comingFrom } from "../../../server/odd-networks.ts";
import { flood } from "../../../support/flood.ts";
import { watchResources } from "../../../support/resources.ts";
import { clientKey, makeSshKey } from "../../../support/ssh-keys.ts";
import { letIn, startSshServer, type TestSshServer } from "../../../support/ssh-server.ts";
import { until } from "../../../support/until.ts";
import { openTo, witness } from "../open.ts";
import { loginFailure, me, rawClient } from "./raw-client.ts";

watchResources();

let server: TestSshServer | undefined;
afterEach(() => server?.stop());

const refused = "All configured authentication methods failed";
const passwordOnly = (password: string, username = me) => ({
  username,
  password,
  privateKey: "",
  authHandler: ["password" as const],
});

test("a key that is authorized lets in; a password does, too", async () => {
  server = await startSshServer();
  await using _byKey = await rawClient(server.port);
  await using _byPassword = await rawClient(server.port, passwordOnly("right", "anybody"));
  expect(server.events).toMatchObject([
    { type: "ssh-server.login", user: me, method: "publickey" },
    { type: "ssh-server.login", user: "anybody", method: "password" },
  ]);
});

test("our own client comes in with a password that it asks for", async () => {
  server = await startSshServer();
  const asked = witness(["right"]);
  const options = { user: "anybody", options: ["PreferredAuthentications=password"] };
  const connection = await openTo(server, options, asked);
  expect(asked.asked).toMatchObject([{ kind: "password", echo: false }]);
  await connection[Symbol.asyncDispose]();
});

test.each(["ed25519", "rsa", "ecdsa"])("an authorized %s key lets in", async (type) => {
  const key = makeSshKey(type);
  const known = key.publicKey.split(" ")[1];
  const authenticate: AuthenticateSsh = async (attempt) =>
    attempt.method === "publickey" && Buffer.from(attempt.key).toString("base64") === known
      ? { name: attempt.user }
      : undefined;
  server = await startSshServer({ authenticate });
  await using _client = await rawClient(server.port, { privateKey: key.privateKey });
});

test("a key that is not authorized, another user's name and a wrong password get the same answer", async () => {
  server = await startSshServer();
  const stranger = makeSshKey().privateKey;
  expect(await loginFailure(server.port, { privateKey: stranger })).toBe(refused);
  expect(await loginFailure(server.port, { username: "nobody-at-all" })).toBe(refused);
  expect(await loginFailure(server.port, passwordOnly("wrong"))).toBe(refused);
  expect(await loginFailure(server.port, passwordOnly("wrong", "nobody-at-all"))).toBe(refused);
});

/** Shows one key, and signs with another. */
class Impostor extends BaseAgent<ParsedKey> {
  readonly #shown: ParsedKey;
  readonly #own: ParsedKey;

  constructor(shown: string, own: string) {
    super();
    this.#shown = ssh2.utils.parseKey(shown) as ParsedKey;
    this.#own = ssh2.utils.parseKey(own) as ParsedKey;
  }

  override getIdentities(callback: (error: Error | undefined, keys: ParsedKey[]) => void): void {
    callback(undefined, [this.#shown]);
  }

  override sign(_key: unknown, data: Buffer, options: unknown, callback?: unknown): void {
    const done = (callback ?? options) as (error: Error | undefined, signature: Buffer) => void;
    done(undefined, this.#own.sign(data));
  }
}

test("an authorized key shown by somebody who does not have it lets nobody in, and counts as a guess", async () => {
  const guard = new LoginGuard(systemClock);
  server = await startSshServer({ guard });
  const agent = new Impostor(clientKey().publicKey, makeSshKey().privateKey);
  expect(await loginFailure(server.port, { privateKey: "", agent, authHandler: ["agent"] })).toBe(refused);
  expect(guard.waitMs("127.0.0.1")).toBeGreaterThan(0);
  expect(server.events.filter(({ type }) => type === "ssh-server.login")).toEqual([]);
});

test.each([
  ["SHA-1", "sha1", undefined, "refused"],
  ["SHA-512", "sha512", "sha512", "let in"],
] as const)("an RSA signature with %s", async (_name, signed, told, expected) => {
  const key = ssh2.utils.parseKey(makeSshKey("rsa").privateKey) as ParsedKey;
  const blob = Buffer.from("what is signed");
  const login = new Login({
    clock: systemClock,
    guard: new LoginGuard(systemClock),
    authenticate: async ({ user }) => ({ name: user }),
    methods: ["publickey"],
    address: "192.0.2.1",
    signal: new AbortController().signal,
    onRefused: () => {},
    giveUp: () => {},
  });
  const outcome = await new Promise((resolve) => {
    const context = {
      method: "publickey",
      username: "alice",
      key: { algo: "ssh-rsa", data: key.getPublicSSH() },
      blob,
      signature: key.sign(blob, signed),
      hashAlgo: told,
      accept: () => resolve("let in"),
      reject: () => resolve("refused"),
    };
    login.attempt(context as unknown as AuthContext);
  });
  expect(outcome).toBe(expected);
});

test("wrong passwords make the next one wait, whoever tries, and a right one ends that", async () => {
  const guard = new LoginGuard(systemClock);
  server = await startSshServer({ guard });
  await loginFailure(server.port, passwordOnly("wrong"));
  const first = guard.waitMs("127.0.0.1");
  expect(first).toBeGreaterThan(0);
  const before = performance.now();
  await using _client = await rawClient(server.port, passwordOnly("right"));
  expect(performance.now() - before).toBeGreaterThanOrEqual(first);
  expect(guard.waitMs("127.0.0.1")).toBe(0);
});

test("keys that are refused cost no wait: agents show all that they have", async () => {
  const guard = new LoginGuard(systemClock);
  server = await startSshServer({ guard });
  await loginFailure(server.port, { privateKey: makeSshKey().privateKey });
  expect(guard.waitMs("127.0.0.1")).toBe(0);
});

test("after six keys that are refused the connection ends", async () => {
  server = await startSshServer();
  const keys = Array.from({ length: 8 }, () => ssh2.utils.parseKey(makeSshKey().privateKey) as ParsedKey);
  let tried = 0;
  const next = (): object => ({ type: "publickey", username: me, key: keys[tried++] });
  await loginFailure(server.port, { authHandler: (_left, _partial, callback) => callback(next() as never) });
  expect(tried).toBe(6);
  expect(server.events.at(-1)).toMatchObject({
    type: "ssh-server.close",
    reason: "too many authentication failures",
  });
});

test("a judge that throws lets nobody in, and the server goes on", async () => {
  let isBroken = true;
  server = await startSshServer({
    authenticate: async (attempt, signal) => {
      if (isBroken) throw new Error("the database is away");
      return letIn(attempt, signal);
    },
  });
  expect(await loginFailure(server.port, {})).not.toBe("none");
  isBroken = false;
  await using _client = await rawClient(server.port);
});

test("only the methods that are offered count", async () => {
  server = await startSshServer({ methods: ["publickey"] });
  expect(await loginFailure(server.port, passwordOnly("right"))).toBe(refused);
});

test.each([
  ["says nothing", ""],
  ["says who it is and no more", "SSH-2.0-Quiet\r\n"],
])("a client that %s is gone after the login time", async (_what, greeting) => {
  server = await startSshServer({ loginMs: 150 });
  const socket = connect(server.port, "127.0.0.1");
  socket.write(greeting);
  socket.resume();
  await once(socket, "close");
  expect(server.events).toMatchObject([{ type: "ssh-server.close", reason: "it took too long to log in" }]);
});

test("what is no SSH ends the connection, and nothing else", async () => {
  server = await startSshServer();
  const socket = connect(server.port, "127.0.0.1");
  socket.on("error", () => {});
  socket.resume();
  socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(50));
  await once(socket, "close");
  await using _client = await rawClient(server.port);
});

test("a flood of refused ones that stay is bounded: most are reset at once", async () => {
  server = await startSshServer({ connectionsMax: 1 });
  await using _first = await rawClient(server.port);
  const told = (await flood("127.0.0.1", server.port, 60)).filter((words) => words === "Too many connections.\r\n");
  expect(told).toHaveLength(limits.rejectedPeersLeavingMax);
});

test("more connections from one address than allowed are refused with a word, and a place that is free again is given", async () => {
  server = await startSshServer({ connectionsPerAddressMax: 2 });
  const { port, server: ours } = server;
  const first = await rawClient(port);
  await using _second = await rawClient(port);
  const third = connect(port, "127.0.0.1");
  const [words] = (await once(third, "data")) as [Buffer];
  expect(words.toString()).toBe("Too many connections.\r\n");
  third.resume().end();
  await once(third, "close");
  await first[Symbol.asyncDispose]();
  await until("one client left", () => ours.open.length === 1);
  await using _again = await rawClient(port);
});

test("hazard: a flood from one customer: the addresses of an IPv6 /64 are one to the limit", async () => {
  const clientNetwork = comingFrom("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1");
  server = await startSshServer({ clientNetwork, connectionsPerAddressMax: 1 });
  const greetings: string[] = [];
  for (let count = 0; count < 3; count += 1) {
    const socket = connect(server.port, "127.0.0.1").on("error", () => {});
    greetings.push(String((await once(socket, "data"))[0]).slice(0, 8));
  }
  expect(greetings).toEqual(["SSH-2.0-", "Too many", "SSH-2.0-"]);
});

test("hazard: one user, two names: what SSH's guesses cost is forgiven by the same user's login at FTP", async () => {
  const guard = new LoginGuard(systemClock);
  server = await startSshServer({ guard, authenticate: async () => undefined });
  await loginFailure(server.port, passwordOnly("wrong", "jürgen"));
  expect(guard.waitMs("127.0.0.1")).toBeGreaterThan(0);
  guard.succeeded("127.0.0.1", Buffer.from("jürgen", "utf8").toString("latin1")); // as the FTP server has it
  expect(guard.waitMs("127.0.0.1")).toBe(0);
});

test("no event has a password", async () => {
  server = await startSshServer();
  await loginFailure(server.port, passwordOnly("hunter2"));
  await using _client = await rawClient(server.port, passwordOnly("right"));
  expect(server.events.length).toBeGreaterThan(1);
  expect(JSON.stringify(server.events)).not.toMatch(/hunter2|"right"/);
});

/** A client at an address that only connects: its connection ends with the test or before. */
async function silent(host: string): Promise<{ readonly closed: Promise<unknown>; readonly destroy: () => void }> {
  const socket = connect({ host: "127.0.0.1", port: server?.port ?? 0, localAddress: host });
  const closed = once(socket, "close");
  socket.on("error", () => {}).resume();
  await once(socket, "data"); // the server's identification
  return { closed, destroy: () => socket.destroy() };
}

test("hazard: a flood before the login: four addresses that only connect do not shut out a fifth", async () => {
  server = await startSshServer({ connectionsMax: 16, connectionsPerAddressMax: 4 });
  const addresses = ["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5"];
  const flooding = await Promise.all(addresses.flatMap((address) => Array.from({ length: 4 }, () => silent(address))));
  await using _client = await rawClient(server.port);
  for (const { destroy } of flooding) destroy();
});

test("hazard: a flood from one address: a newcomer from another takes the place of its oldest", async () => {
  server = await startSshServer({ connectionsMax: 16, connectionsPerAddressMax: 16 });
  const flooding = [];
  for (let index = 0; index < 4; index += 1) flooding.push(await silent("127.0.0.2"));
  await using _client = await rawClient(server.port);
  await flooding[0]?.closed;
  expect(server.events).toContainEqual(
    expect.objectContaining({ type: "ssh-server.close", reason: "its place was needed before it had logged in" }),
  );
  for (const { destroy } of flooding) destroy();
});

test("who is logged in takes no place of those who are not", async () => {
  server = await startSshServer({ connectionsMax: 8, connectionsPerAddressMax: 8 }); // a share of two
  const clients = [];
  for (let index = 0; index < 6; index += 1) clients.push(await rawClient(server.port));
  for (const client of clients) await client[Symbol.asyncDispose]();
});
