import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signIn } from "../../../src/cli/credentials/sign-in.ts";
import { askUserName, localUser } from "../../../src/prompt/session-commands.ts";
import type { Target } from "../../../src/prompt/shell.ts";
import { makeTempDir, type TempDir } from "../../support/tempdir.ts";

let dir: TempDir;
let env: NodeJS.ProcessEnv;
beforeAll(() => {
  dir = makeTempDir("netrc");
  const text = "machine a login anna password 1 account x\nmachine b password 2";
  writeFileSync(dir.file("netrc"), text, { mode: 0o600 });
  env = { NETRC: dir.file("netrc") };
});
afterAll(() => dir.remove());

/** Who is logged in as, and what was asked. */
async function signedIn(target: Target, answers: readonly (string | undefined)[]) {
  const asked: string[] = [];
  const left = [...answers];
  const ask = async (question: string, hidden: boolean): Promise<string | undefined> => {
    asked.push(hidden ? `${question}(hidden)` : question);
    return left.shift();
  };
  const sources = {
    env,
    askUser: () => askUserName({ ask }, target.host),
    askPassword: () => ask("Password: ", true),
  };
  return { who: await signIn(target, sources), asked };
}

test("the password may wait until the server wants one", async () => {
  const asked: string[] = [];
  const askPassword = async (user: string): Promise<string> => {
    asked.push(user);
    return "pw";
  };
  const sources = { env, askUser: async () => "none", askPassword };
  const { user, password } = await signIn({ host: "c", user: "emil" }, { ...sources, asks: "challenged" });
  expect([user, asked]).toEqual(["emil", []]);
  if (typeof password !== "function") throw new Error("it is known already");
  expect(await password({ code: 331, lines: ["331 ?"] }, new AbortController().signal)).toBe("pw");
  expect(asked).toEqual(["emil"]);
});

const nameQuestion = (host: string): string => `Name (${host}:${localUser()}): `;

describe("the user", () => {
  test.each([
    [{ host: "a" }, [], { user: "anna", password: "1", account: "x" }, []],
    [{ host: "a", user: "ben" }, ["pw"], { user: "ben", password: "pw" }, ["Password: (hidden)"]],
    [{ host: "a", user: "anna", password: "own" }, [], { user: "anna", password: "own" }, []],
    [{ host: "b", user: "carl" }, [], { user: "carl", password: "2" }, []],
    [{ host: "b" }, ["dora"], { user: "dora", password: "2" }, [nameQuestion("b")]],
    [{ host: "c" }, ["", "pw"], { user: localUser(), password: "pw" }, [nameQuestion("c"), "Password: (hidden)"]],
    [{ host: "c" }, ["anonymous"], { user: "anonymous" }, [nameQuestion("c")]],
    [{ host: "c" }, [undefined], { user: "anonymous" }, [nameQuestion("c")]],
    [{ host: "c", user: "emil" }, [undefined], { user: "emil" }, ["Password: (hidden)"]],
  ])("for %j with the answers %j is %j", async (target, answers, who, asked) => {
    expect(await signedIn(target, answers)).toEqual({ who, asked });
  });
});
