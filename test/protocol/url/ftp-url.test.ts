import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { Secret } from "../../../src/protocol/secret.ts";
import type { FtpUrl } from "../../../src/protocol/url/ftp-url.ts";
import { formatFtpUrl, redactUrl } from "../../../src/protocol/url/ftp-url.ts";
import { looksLikeUrl, parseFtpUrl } from "../../../src/protocol/url/parse-ftp-url.ts";
import { urlFileName, urlMatches, urlParentPath, urlPath } from "../../../src/protocol/url/url-path.ts";
import { fc } from "../../support/fast-check.ts";
import { thrownBy } from "../thrown-by.ts";

/** With the password readable. */
const parsed = (text: string) => {
  const { password, ...url } = parseFtpUrl(text);
  return password === undefined ? url : { ...url, password: password.reveal() };
};

describe("a URL", () => {
  test.each([
    ["ftp://h", { scheme: "ftp", host: "h", segments: [], directory: true }],
    ["FTP://Host/", { scheme: "ftp", host: "Host", segments: [], directory: true }],
    ["ftps://h:2121/a/b", { scheme: "ftps", host: "h", port: 2121, segments: ["a", "b"], directory: false }],
    ["ftp://h:/a/", { host: "h", segments: ["a"], directory: true }],
    ["ftp://192.0.2.7:1/", { host: "192.0.2.7", port: 1 }],
    ["ftp://[2001:db8::1]:65535/x", { host: "2001:db8::1", port: 65535 }],
    ["ftp://[fe80::1%25eth0]/x", { host: "fe80::1%eth0" }],
    ["ftp://[fe80::1%eth0]/x", { host: "fe80::1%eth0" }],
    ["ftp://anna@h/", { user: "anna" }],
    ["ftp://@h/", { user: "" }],
    ["ftp://anna:@h/", { user: "anna", password: "" }],
    ["ftp://anna:s3:cret@h/", { user: "anna", password: "s3:cret" }],
    ["ftp://anna:p@ss@h/", { user: "anna", password: "p@ss" }],
    ["ftp://me%40work:a%2Fb%3A%20c@h/", { user: "me@work", password: "a/b: c" }],
    ["ftp://h/%C3%A4/\u00e4 x", { segments: ["\u00e4", "\u00e4 x"] }],
    ["ftp://h/%E4%ff", { segments: ["\udce4\udcff"] }],
    ["ftp://h/a%3Bb;type=A", { segments: ["a;b"], type: "a" }],
    ["ftp://h/d/;type=d", { segments: ["d"], directory: true, type: "d" }],
    ["ftp://h/;type=i/x", { segments: [";type=i", "x"] }],
    ["ftp://h/what?", { segments: ["what?"] }],
    ["ftp://h/a//b", { segments: ["a", "b"] }],
    ["ftp://h//etc/motd", { segments: ["/etc", "motd"] }],
    ["ftp://h/%2Fetc/motd", { segments: ["/etc", "motd"] }],
    ["ftp://h//%2Fetc/motd", { segments: ["/etc", "motd"] }],
    ["ftp://h//", { segments: ["/"], directory: true }],
    ["sftp://h/etc/motd", { segments: ["/etc", "motd"] }],
    ["sftp://h", { segments: ["/"], directory: true }],
    ["sftp://h/~/notes", { segments: ["notes"] }],
    ["sftp://h/~", { segments: [], directory: true }],
    ["sftp://h/~anna", { segments: ["/~anna"] }],
    ["sftp://h/a;type=a", { segments: ["/a;type=a"] }],
  ])("%s", (text, parts) => {
    expect(parsed(text)).toMatchObject(parts);
  });

  test.each([
    ["h/a", "is not an ftp://"],
    ["http://h/", "is not an ftp://"],
    ["ftp:/h/", "is not an ftp://"],
    ["ftp:///a", "names no host"],
    ["ftp://-oProxyCommand=x/", "names no host"],
    ["ftp://a b/", "names no host"],
    ["ftp://h%0d/", "names no host"],
    ["ftp://[::g]/", "names no host"],
    ["ftp://2001:db8::1/", "names no host"],
    ["ftp://h:x/", "names no host"],
    ["ftp://h:0/", "has no port"],
    ["ftp://h:65536/", "has no port"],
    ["ftp://h/100%", "has a broken %"],
    ["ftp://h/%zz", "has a broken %"],
    ["ftp://h/a#b", "has a # in it"],
    ["ftp://h/a;type=x", "has an unknown ;type="],
    ["ftp://h/a%0D%0ADELE b", "has a line end"],
    ["ftp://h/a%00", "has a line end or a NUL"],
    ["ftp://h/a\nb", "has a line end"],
    ["ftp://a%0aPASS%20x@h/", "has a line end"],
  ])("%j is refused: it %s", (text, why) => {
    expect(thrownBy(() => parseFtpUrl(text))).toMatchObject({
      code: "USAGE_INVALID",
      message: expect.stringContaining(why),
    });
  });

  test("with other bytes than UTF-8 is read by the server's encoding", () => {
    expect(parseFtpUrl("ftp://h/%E4", "latin1").segments).toEqual(["\u00e4"]);
    expect(formatFtpUrl(parseFtpUrl("ftp://h/%E4", "latin1"), { encoding: "latin1" })).toBe("ftp://h/%E4");
  });

  test("of any scheme is told from a file's name", () => {
    expect(["ftp://h", "HTTPS://h", "x+y://"].every(looksLikeUrl)).toBe(true);
    expect(["a/b", "c:\\x", "./ftp://h", "1ftp://h", "user@host:x"].some(looksLikeUrl)).toBe(false);
  });
});

describe("a URL's password", () => {
  test("is in no message, whatever is wrong", () => {
    for (const rest of ["", "/%", "/#", "/%0a", ":99999/", "/;type=q", " b/"]) {
      for (const text of [
        `ftp://anna:hunter2@h${rest || ":x"}`,
        `http://anna:hunter2@h${rest}`,
        `anna:hunter2@h${rest}`,
      ]) {
        expect(String(thrownBy(() => parseFtpUrl(text)))).not.toContain("hunter2");
      }
    }
    expect(String(thrownBy(() => parseFtpUrl("ftp://anna:hunter2/3%@h/")))).not.toContain("hunter2");
    expect(inspect(parseFtpUrl("ftp://anna:hunter2@h/"))).not.toContain("hunter2");
  });

  test.each([
    ["ftp://anna:hunter2@h/x@y", "ftp://anna:***@y"],
    ["ftp://anna:p@ss@h/x", "ftp://anna:***@h/x"],
    ["ftp://anna@h:21/x", "ftp://anna@h:21/x"],
    ["ftp://h:21/x", "ftp://h:21/x"],
    ["anna:pw@h", "anna:***@h"],
    ["ftp://anna:///pw@h/", "ftp://anna:***@h/"],
    ["ftp:/anna:pw@h", "ftp:***@h"],
  ])("is hidden in %s", (text, shown) => {
    expect(redactUrl(text)).toBe(shown);
  });

  test("is left out when a URL is written, unless asked for", () => {
    const url = parseFtpUrl("ftp://anna:a%40b@h/");
    expect(formatFtpUrl(url)).toBe("ftp://anna@h/");
    expect(formatFtpUrl(url, { password: "shown" })).toBe("ftp://anna:a%40b@h/");
  });
});

describe("a URL's path", () => {
  test.each([
    ["ftp://h/a/b/c", "a/b/c", "c"],
    ["ftp://h/a/b/", "a/b", "b"],
    ["ftp://h", "", ""],
    ["ftp://h/f", "f", "f"],
    ["ftp://h//etc/motd", "/etc/motd", "motd"],
    ["ftp://h//motd", "/motd", "motd"],
    ["ftp://h//", "/", ""],
    ["ftp://h/%2F/etc/x", "/etc/x", "x"],
    ["ftp://h/a%2Fb/c", "a/b/c", "c"],
    ["ftp://h/a/..", "a/..", ".."],
  ])("%s", (text, path, name) => {
    const url = parseFtpUrl(text);
    expect(urlPath(url)).toBe(path);
    expect(urlFileName(url)).toBe(name);
  });
});

test("what is written is read as the same", () => {
  const text = fc.string({ unit: "grapheme", minLength: 1 }).filter((part) => !/[\r\n\0]|\p{Surrogate}/u.test(part));
  const name = text.filter((part) => !part.startsWith("/"));
  const url: fc.Arbitrary<FtpUrl> = fc
    .record(
      {
        scheme: fc.constantFrom("ftp", "ftps", "sftp"),
        host: fc.constantFrom("h", "ftp.example.org", "192.0.2.7", "2001:db8::1", "fe80::1%eth0"),
        port: fc.integer({ min: 1, max: 65535 }),
        user: text,
        password: text,
        names: fc.array(name),
        absolute: fc.boolean(),
        directory: fc.boolean(),
        type: fc.constantFrom("a", "i", "d"),
      },
      { requiredKeys: ["scheme", "host", "names", "absolute", "directory"] },
    )
    .map(({ names, absolute, directory, password, type, ...rest }) => {
      const segments = absolute ? [`/${names[0] ?? ""}`, ...names.slice(1)] : names;
      return {
        ...rest,
        segments,
        directory: directory || names.length === 0,
        ...(password === undefined || rest.user === undefined ? {} : { password: new Secret(password) }),
        ...(type === undefined || rest.scheme === "sftp" ? {} : { type }),
      };
    });
  fc.assert(
    fc.property(url, (written) => {
      const read = parseFtpUrl(formatFtpUrl(written, { password: "shown" }));
      const plain = ({ password, ...rest }: FtpUrl) => ({ ...rest, password: password?.reveal() });
      expect(plain(read)).toEqual(plain(written));
    }),
  );
});

describe("a pattern in the last name", () => {
  const matches = (url: string, ...names: readonly string[]): string[] =>
    names.filter((name) => urlMatches(parseFtpUrl(url), name));

  test.each([
    ["ftp://h/d/*.txt", ["a.txt", ".b.txt", "c.md"], ["a.txt"]],
    ["ftp://h/.*", ["a", ".b"], [".b"]],
    ["ftp://h/a%2A*", ["a*1", "ab1"], ["a*1"]],
    ["ftp://h/%5B?", ["[a", "ba"], ["[a"]],
    ["ftp://h/r[1].pdf", ["r1.pdf", "r[1].pdf", "r2.pdf"], ["r1.pdf", "r[1].pdf"]],
    ["ftp://h/%C3%A4*", ["\u00e4x", "x"], ["\u00e4x"]],
    ["sftp://h/d/*", ["a", "b"], ["a", "b"]],
    ["ftp://h//*", ["a"], ["a"]],
    ["ftp://h/d/*/", ["a"], ["a"]],
    ["ftp://h/*;type=a", ["x"], ["x"]],
  ])("%s means of %j %j", (url, names, meant) => {
    expect(matches(url, ...names)).toEqual(meant);
  });

  test.each(["ftp://h/a%2A", "ftp://h/*/a", "ftp://h/%5Ba%5D"])("%s has none", (url) => {
    expect(parseFtpUrl(url)).not.toHaveProperty("pattern");
  });

  test.each([
    ["ftp://h/a/b/*", "a/b"],
    ["ftp://h//*", "/"],
    ["ftp://h//a/*", "/a"],
    ["ftp://h/*", ""],
  ])("the directory of %s is %j", (url, directory) => {
    expect(urlParentPath(parseFtpUrl(url))).toBe(directory);
  });
});
