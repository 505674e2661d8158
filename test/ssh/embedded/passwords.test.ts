// What is typed at log-in: passwords, prompts of keyboard-interactive, several factors.

import { writeFileSync } from "node:fs";
import ssh2, { type AuthContext, type Connection, type KeyboardAuthContext } from "ssh2";
import { expect, test } from "vitest";
import { connectEmbedded } from "../../../src/ssh/embedded/connect-embedded.ts";
import type { AskUser, Question, SshConnection } from "../../../src/ssh/ssh-connection.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { watchResources } from "../../support/resources.ts";
import { clientKey, makeSshKey } from "../../support/ssh-keys.ts";
import { makeTempDir } from "../../support/tempdir.ts";
import { failureOf, never, type Witness, witness } from "./open.ts";
import { startTalkingServer, type TalkingServer } from "./talking-server.ts";

watchResources();

type Method = AuthContext["method"];

const open = (server: TalkingServer, seen: Witness, options: readonly string[] = []): Promise<SshConnection> =>
  connectEmbedded({ ...server.options, options }, seen.environment, never);

/** Takes one password. */
const password =
  (right: string, methods: Method[] = ["password"]) =>
  (context: AuthContext): void => {
    if (context.method === "password" && context.password === right) context.accept();
    else context.reject(methods);
  };

/** Asks in rounds and takes the right answers. */
const prompts =
  (rounds: readonly { readonly name?: string; readonly ask: readonly [string, boolean, string][] }[]) =>
  (context: AuthContext): void => {
    if (context.method !== "keyboard-interactive") {
      context.reject(["keyboard-interactive"]);
      return;
    }
    const keyboard = context as KeyboardAuthContext;
    const round = (index: number): void => {
      const { name = "", ask } = rounds[index] ?? { ask: [] };
      const questions = ask.map(([prompt, echo]) => ({ prompt, echo }));
      keyboard.prompt(questions, name, (answers: string[]) => {
        if (ask.some(([, , right], at) => answers[at] !== right)) keyboard.reject(["keyboard-interactive"]);
        else if (index + 1 < rounds.length) round(index + 1);
        else keyboard.accept();
      });
    };
    round(0);
  };

test("a password is asked for and taken", async () => {
  await using server = await startTalkingServer(password("right"));
  const seen = witness(["right"]);
  await using connection = await open(server, seen);
  expect(connection.target).toBe("me@127.0.0.1");
  expect(seen.asked).toEqual([{ kind: "password", text: "me@127.0.0.1's password: ", echo: false }]);
  expect(seen.told).toEqual([]);
});

test("a wrong password is asked for again, as often as NumberOfPasswordPrompts says", async () => {
  await using server = await startTalkingServer(password("right"));
  const second = witness(["wrong", "right"]);
  await (await open(server, second))[Symbol.asyncDispose]();
  expect(second.told).toEqual(["Permission denied, please try again."]);
  const seen = witness(["wrong", "wrong", "right"]);
  const failure = await failureOf(open(server, seen, ["NumberOfPasswordPrompts=2"]));
  expect(failure).toMatchObject({
    code: "SSH_AUTH",
    message: "me@127.0.0.1 could not log in: tried password; the server takes password",
  });
  expect(seen.asked).toHaveLength(2);
  expect(JSON.stringify(failure)).not.toContain("wrong");
});

test("nobody is asked when nobody is there, or in batch mode", async () => {
  await using server = await startTalkingServer(password("right"));
  const failure = await failureOf(open(server, witness()));
  expect(failure).toMatchObject({ code: "SSH_AUTH", hint: expect.stringContaining("terminal") });
  const seen = witness(["right"]);
  expect((await failureOf(open(server, seen, ["BatchMode=yes"]))).code).toBe("SSH_AUTH");
  expect(seen.asked).toEqual([]);
  expect(server.attempts).toEqual(["none", "none"]);
});

test("a user who does not answer is not asked again", async () => {
  await using server = await startTalkingServer(password("right"));
  const seen = witness([undefined, "right"]);
  expect(await failureOf(open(server, seen))).toMatchObject({
    code: "SSH_AUTH",
    message: "me@127.0.0.1 could not log in: tried password (no answer); the server takes password",
    hint: expect.stringContaining("terminal"),
  });
  expect(seen.asked).toHaveLength(1);
});

test("PasswordAuthentication no and PreferredAuthentications are honoured", async () => {
  const methods: Method[] = ["password", "keyboard-interactive"];
  await using server = await startTalkingServer((context) => context.reject(methods));
  const answers = Array.from({ length: 9 }, () => "x");
  await failureOf(open(server, witness(answers), ["PasswordAuthentication=no", "NumberOfPasswordPrompts=1"]));
  expect(server.attempts.splice(0)).toEqual(["none", "keyboard-interactive"]);
  const options = ["PreferredAuthentications=password,keyboard-interactive", "NumberOfPasswordPrompts=1"];
  await failureOf(open(server, witness(answers), options));
  expect(server.attempts).toEqual(["none", "password", "keyboard-interactive"]);
});

test("prompts are shown with the server named before them, and answered in rounds", async () => {
  await using server = await startTalkingServer(
    prompts([
      { name: "Two\u001b[31m steps", ask: [["Password: ", false, "secret"]] },
      { ask: [["Verification code: ", true, "123456"]] },
      { ask: [] },
    ]),
  );
  const seen = witness(["secret", "123456"]);
  await using connection = await open(server, seen);
  expect(connection.transport).toBe("embedded");
  expect(seen.asked).toEqual([
    { kind: "password", text: "Two\\x1b[31m steps\n(me@127.0.0.1) Password: ", echo: false },
    { kind: "one-time-code", text: "(me@127.0.0.1) Verification code: ", echo: true },
  ]);
});

test("wrong answers to prompts end in a refusal after the third time", async () => {
  await using server = await startTalkingServer(prompts([{ ask: [["Code: ", false, "1"]] }]));
  const seen = witness(["2", "3", "4", "1"]);
  expect((await failureOf(open(server, seen))).code).toBe("SSH_AUTH");
  expect(seen.asked).toHaveLength(3);
});

/** The key first, then a code: what sshd calls AuthenticationMethods publickey,keyboard-interactive. */
const keyThenCode = (context: AuthContext): void => {
  if (context.method === "publickey") {
    const known = clientKey().publicKey.split(" ")[1];
    if (context.key.data.toString("base64") !== known) context.reject(["publickey"]);
    else if (context.signature === undefined) context.accept();
    else context.reject(["keyboard-interactive"], true);
  } else if (context.method === "keyboard-interactive") prompts([{ ask: [["Code: ", false, "42"]] }])(context);
  else context.reject(["publickey"]);
};

test("after a key that was only the first factor, the code is asked for, and no other key is tried", async () => {
  const dir = makeTempDir("factors");
  for (const [name, { privateKey }] of [
    ["good", clientKey()],
    ["other", makeSshKey()],
  ] as const) {
    writeFileSync(dir.file(name), privateKey, { mode: 0o600 });
  }
  try {
    await using server = await startTalkingServer(keyThenCode);
    const seen = witness(["42"]);
    const options = { ...server.options, identityFiles: [dir.file("good"), dir.file("other")] };
    await using connection = await connectEmbedded(options, seen.environment, never);
    expect(connection.transport).toBe("embedded");
    expect(server.attempts).toEqual(["none", "publickey", "publickey", "keyboard-interactive"]);
  } finally {
    dir.remove();
  }
});

test("a server that calls everything a partial success does not hold us for ever", async () => {
  await using server = await startTalkingServer((context) => context.reject(["keyboard-interactive"], true));
  expect((await failureOf(open(server, witness([])))).code).toBe("SSH_AUTH");
});

test("an expired password is told", async () => {
  await using server = await startTalkingServer((context) => {
    if (context.method === "password") context.requestChange("Choose a new one: ", () => {});
    else context.reject(["password"]);
  });
  const failure = await failureOf(open(server, witness(["old"])));
  expect(failure).toMatchObject({ code: "SSH_AUTH", message: "the password of me@127.0.0.1 has expired" });
});

test("the banner is shown, without what a terminal would obey", async () => {
  await using server = await startTalkingServer((context) => context.accept(), "Welcome\u0007\nto grün");
  const seen = witness();
  await using connection = await open(server, seen);
  expect(connection.transport).toBe("embedded");
  expect(seen.told).toEqual(["Welcome\\x07", "to grün"]);
  const quiet = witness();
  await using second = await connectEmbedded({ ...server.options, quiet: true }, quiet.environment, never);
  expect(second.transport).toBe("embedded");
  expect(quiet.told).toEqual([]);
});

test("an abort while the user thinks is rethrown untouched, and nothing is left", async () => {
  await using server = await startTalkingServer(password("right"));
  const controller = new AbortController();
  const reason = { not: "even an error" };
  const { environment } = witness([]);
  const askUser = (): Promise<string> => {
    controller.abort(reason);
    return new Promise(() => {});
  };
  const attempt = connectEmbedded(server.options, { ...environment, askUser }, controller.signal);
  await expect(attempt).rejects.toBe(reason);
});

test("an abort while a passphrase is asked for says nothing about the key", async () => {
  await using dir = makeTempDir("passphrase");
  const file = dir.file("key");
  writeFileSync(file, makeSshKey("ed25519", "open sesame").privateKey, { mode: 0o600 });
  await using server = await startTalkingServer((context) =>
    context.method === "publickey" ? context.accept() : context.reject(["publickey"]),
  );
  const controller = new AbortController();
  const reason = { not: "even an error" };
  const { environment, told } = witness([]);
  const asked: Question["kind"][] = [];
  const askUser: AskUser = async ({ kind }) => {
    asked.push(kind);
    controller.abort(reason);
    throw reason;
  };
  const options = { ...server.options, identityFiles: [file] };
  const attempt = connectEmbedded(options, { ...environment, askUser }, controller.signal);
  await expect(attempt).rejects.toBe(reason);
  expect(asked).toEqual(["passphrase"]);
  expect(told).toEqual([]);
});

test.each([
  ["password", password("right")],
  ["prompt", prompts([{ ask: [["Code: ", false, "right"]] }])],
])("the time that the user takes for a %s does not count as the server's", async (_what, onLogin) => {
  await using server = await startTalkingServer(onLogin);
  const clock = new FakeClock();
  const { environment } = witness([], clock);
  const askUser = async (): Promise<string> => {
    clock.advance(3_600_000);
    return "right";
  };
  const options = { ...server.options, options: ["ConnectTimeout=1"] };
  await using connection = await connectEmbedded(options, { ...environment, askUser }, never);
  expect(connection.transport).toBe("embedded");
});

test("two rounds of the same method are two factors, each with its own attempts", async () => {
  let factors = 0;
  await using server = await startTalkingServer((context) => {
    if (context.method !== "keyboard-interactive") {
      context.reject(["keyboard-interactive"]);
      return;
    }
    (context as KeyboardAuthContext).prompt([{ prompt: "Code: ", echo: false }], (answers: string[]) => {
      if (answers[0] !== String(factors)) context.reject(["keyboard-interactive"]);
      else if (factors++ === 0) context.reject(["keyboard-interactive"], true);
      else context.accept();
    });
  });
  await using connection = await open(server, witness(["0", "1"]), ["NumberOfPasswordPrompts=1"]);
  expect(connection.transport).toBe("embedded");
});

test("a server that falls silent during the log-in is given up", async () => {
  const clock = new FakeClock();
  await using server = await startTalkingServer(() => clock.advance(1000));
  const failure = await failureOf(open(server, witness([], clock), ["ConnectTimeout=1"]));
  expect(failure).toMatchObject({ code: "SSH_CONNECT", message: expect.stringMatching(/no answer .* to the log-in/) });
});

test("a server that shows another host key when keys are exchanged again is left", async () => {
  const clients: Connection[] = [];
  await using server = await startTalkingServer((context, client) => {
    clients.push(client);
    context.accept();
  });
  await using connection = await open(server, witness());
  const [client] = clients as unknown as [{ _protocol: { _hostKeys: Record<string, unknown> }; rekey(): void }];
  const hostKeys = client._protocol._hostKeys;
  for (const type of Object.keys(hostKeys)) hostKeys[type] = ssh2.utils.parseKey(makeSshKey().privateKey);
  client.rekey();
  expect(await connection.lost).toMatchObject({
    code: "SSH_DISCONNECTED",
    message: expect.stringMatching(/Host denied/),
  });
});

test("-vvv tells what happens, and no secret", async () => {
  await using server = await startTalkingServer(password("right-secret"));
  const seen = witness(["right-secret"]);
  const options = { ...server.options, verbosity: 3 };
  await using connection = await connectEmbedded(options, seen.environment, never);
  expect(connection.transport).toBe("embedded");
  expect(seen.told).toContain("debug1: trying password");
  expect(seen.told.some((line) => line.startsWith("debug2: Outbound: Sending USERAUTH_REQUEST"))).toBe(true);
  expect(seen.told.join("\n")).not.toContain("right-secret");
});
