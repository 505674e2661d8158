import { chmod, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { netrcPath, readNetrc } from "../../src/connect/read-netrc.ts";
import { isSallyportError } from "../../src/protocol/error.ts";
import { limits } from "../../src/protocol/limits.ts";
import { findLogin, type NetrcEntry, parseNetrc } from "../../src/protocol/netrc.ts";
import { thrownBy } from "../protocol/thrown-by.ts";
import { fc } from "../support/fast-check.ts";

/** With secrets readable. */
const plain = ({ password, account, ...entry }: NetrcEntry) => ({
  ...entry,
  ...(password === undefined ? {} : { password: password.reveal() }),
  ...(account === undefined ? {} : { account: account.reveal() }),
});
const parsed = (text: string) => parseNetrc(text, "netrc").map(plain);

describe("a .netrc", () => {
  test.each([
    ["", []],
    [" \n\t\r\n", []],
    ["machine h login anna password pw", [{ machine: "h", login: "anna", password: "pw" }]],
    ["machine h\n\tlogin anna\r\n\tpassword pw\r\n", [{ machine: "h", login: "anna", password: "pw" }]],
    [
      "machine a login x machine b password y",
      [
        { machine: "a", login: "x" },
        { machine: "b", password: "y" },
      ],
    ],
    ["machine a account staff default login anonymous", [{ machine: "a", account: "staff" }, { login: "anonymous" }]],
    ['machine h password "two words"', [{ machine: "h", password: "two words" }]],
    ['machine h password "a\\"b\\\\c\\td\\q"', [{ machine: "h", password: 'a"b\\c\tdq' }]],
    ['machine h password ""', [{ machine: "h", password: "" }]],
    ["machine h password a\\b,c", [{ machine: "h", password: "a\\b,c" }]],
    ['machine h password a"b', [{ machine: "h", password: 'a"b' }]],
    ["# all of it\nmachine h # login bob\n  login anna", [{ machine: "h", login: "anna" }]],
    ["machine h password #1 login anna", [{ machine: "h", password: "#1", login: "anna" }]],
    ["machine password login machine", [{ machine: "password", login: "machine" }]],
    ["machine h login \u00e4 password \u20ac", [{ machine: "h", login: "\u00e4", password: "\u20ac" }]],
    ["machine h passwd x user y", [{ machine: "h", password: "x", login: "y" }]],
    [
      "machine h login anna\nmacdef init\nlogin bob\nput machine x\n\npassword pw\nmacdef last\nquit",
      [{ machine: "h", login: "anna", password: "pw" }],
    ],
    ["macdef init\n\nmachine h", [{ machine: "h" }]],
  ])("%j", (text, entries) => {
    expect(parsed(text)).toEqual(entries);
  });

  test.each([
    ["machine", "line 1: machine without a value"],
    ["machine h\nlogin", "line 2: login without a value"],
    ["login anna", "line 1: login before any machine"],
    ["machine h\n\n  hunter2", "line 3: an unknown keyword"],
    ["machine h port 21", "line 1: an unknown keyword"],
    ["machine h constructor x", "line 1: an unknown keyword"],
    ['machine h password "hunter2\\r\\nDELE x"', "line 1: a value of password with a line end"],
    ['machine h password "hunter2\nlogin x', "line 1: a value of password with a line end"],
    ["macdef m\nx\n\nhunter2", "line 4: an unknown keyword"],
  ])("that is wrong is refused with its line and none of its words: %j", (text, why) => {
    const error = thrownBy(() => parseNetrc(text, "netrc"));
    expect(error).toMatchObject({ code: "CONFIG_INVALID", message: expect.stringContaining(`netrc, ${why}`) });
    expect(String(error)).not.toContain("hunter2");
  });

  test("gives entries or an error in words, whatever is in it", () => {
    const word = fc.constantFrom(...'machine|login|password|default|macdef|account|#|"|\\|h|\n|\n\n|\t| '.split("|"));
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string()), { maxLength: 30 }), (words) => {
        for (const text of [words.join(" "), words.join("")]) {
          const error = thrownBy(() => parseNetrc(text, "netrc"));
          expect(error === undefined || isSallyportError(error)).toBe(true);
        }
      }),
    );
  });

  test("may be as long as the limit and no longer, and is read in time that grows with its length", () => {
    const macro = `macdef m\n${"x\n".repeat(limits.netrcBytesMax)}`.slice(0, limits.netrcBytesMax);
    expect(parsed(macro)).toEqual([]);
    expect(thrownBy(() => parsed(`${macro}x`))).toMatchObject({ code: "CONFIG_INVALID" });
    expect(thrownBy(() => parsed(`"${"\\".repeat(limits.netrcBytesMax - 1)}`))).toMatchObject({
      code: "CONFIG_INVALID",
    });
  });
});

describe("the login for a host", () => {
  const entries = parseNetrc(
    "machine a login anna password 1 machine a login ben password 2 machine 2001:db8::1 login six default login any",
    "netrc",
  );

  test.each([
    ["a", undefined, "anna"],
    ["A", "ben", "ben"],
    ["2001:DB8:0::1", undefined, "six"],
    ["elsewhere", undefined, "any"],
    ["elsewhere", "any", "any"],
    ["a", "carl", undefined],
  ])("%s as %s is %s", (host, user, login) => {
    expect(findLogin(entries, host, user)?.login).toBe(login);
  });

  test("an entry without a user fits any user", () => {
    expect(findLogin(parseNetrc("machine a password x", "netrc"), "a", "carl")?.password?.reveal()).toBe("x");
  });
});

describe("the file", () => {
  let directory = "";
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "sallyport-netrc-"));
  });
  afterAll(() => rm(directory, { recursive: true }));

  const write = async (name: string, mode: number, text = "machine h login anna password pw"): Promise<string> => {
    const path = join(directory, name);
    await writeFile(path, text);
    await chmod(path, mode);
    return path;
  };

  test("that only its owner may read is read, through a link too", async () => {
    const path = await write("good", 0o600);
    await symlink(path, join(directory, "link"));
    expect((await readNetrc(path)).map(plain)).toEqual([{ machine: "h", login: "anna", password: "pw" }]);
    expect(await readNetrc(join(directory, "link"))).toHaveLength(1);
    expect(await readNetrc(await write("read-only", 0o400))).toHaveLength(1);
  });

  test.each([0o640, 0o604, 0o620, 0o602])("of mode %o is refused, and the hint is chmod", async (mode) => {
    const path = await write(`mode-${mode}`, mode);
    await expect(readNetrc(path)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining("others may read or write it"),
      hint: `chmod 600 ${path}`,
    });
  });

  test("that is not there is an empty one; a directory is none", async () => {
    expect(await readNetrc(join(directory, "nowhere"))).toEqual([]);
    await expect(readNetrc(directory)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });

  test("that is too long is refused, a byte order mark is not", async () => {
    const long = await write("long", 0o600, " ".repeat(limits.netrcBytesMax + 1));
    await expect(readNetrc(long)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    expect(await readNetrc(await write("bom", 0o600, "\ufeffmachine h"))).toEqual([{ machine: "h" }]);
  });

  test("is in the home directory, or where NETRC says", () => {
    expect(netrcPath({ HOME: "/home/anna" })).toBe("/home/anna/.netrc");
    expect(netrcPath({ HOME: "/home/anna", NETRC: "/etc/other" })).toBe("/etc/other");
  });
});
