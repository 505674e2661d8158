import { describe, expect, test } from "vitest";
import { figureFile } from "../../../src/lab/figures/figure.ts";
import { drawWideNetwork } from "../../../src/lab/figures/network/draw-network.ts";
import { bookletPage, scenarioPage } from "../../../src/lab/figures/page/page.ts";
import { both, branchPlain, branchTopology, evidenceOf, natPlain, natSallyport, natTopology, shown } from "./sample.ts";

const hostile = `220 </text></svg><script>alert("x")</script><img src=https://example.com/x onerror='y'>\x1b[2J`;
const withHostile = evidenceOf(
  ...both("server", hostile),
  { type: "note", atMs: 1, host: "client", text: hostile },
  { type: "call", atMs: 1, host: "server", call: hostile, error: hostile },
  { type: "netstat", atMs: 1, host: "server", rows: [{ local: hostile, remote: hostile, state: hostile }] },
);
const all = [
  shown("S10", natTopology, natPlain, natSallyport),
  shown("S16", branchTopology, branchPlain, branchPlain),
  shown("S20", natTopology, withHostile, withHostile),
];

/** Names of all tags, and every attribute that could load something. */
const tagsOf = (html: string): Set<string> =>
  new Set(Array.from(html.matchAll(/<([a-z0-9]+)/g), (match) => match[1] ?? ""));

describe.each([
  ["a page", scenarioPage(all[2]!)],
  ["the booklet", bookletPage(all)],
])("%s", (_, html) => {
  test("loads nothing and runs nothing", () => {
    for (const tag of ["script", "img", "link", "iframe", "object", "image", "use", "foreignObject"]) {
      expect(tagsOf(html)).not.toContain(tag);
    }
    expect(html).not.toMatch(/<[^>]*\b(?:src|srcset|on[a-z]+|xlink:href)=/);
    expect(html).not.toMatch(/url\(|@import/);
    expect(Array.from(html.matchAll(/href="([^"]*)"/g)).every((match) => match[1]?.startsWith("#"))).toBe(true);
    expect(html).toContain("default-src &#39;none&#39;");
  });

  test("shows what a hostile server said, as text", () => {
    expect(html).toContain("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;");
    expect(html).toContain("\\x1b[2J");
    expect(html).not.toMatch(/[\0-\x08\x0b-\x1f\x7f]/);
  });

  test("closes every element that it opens, in order", () => {
    const open: string[] = [];
    for (const [, end, name = "", rest = ""] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|[^">])*)>/g)) {
      if (end === "/") expect(open.pop()).toBe(name);
      else if (!rest.endsWith("/")) open.push(name);
    }
    expect(open).toEqual([]);
  });
});

test("the booklet has a chapter for each scenario, and a way to it", () => {
  const html = bookletPage(all);
  for (const { number, title } of all) {
    expect(html).toContain(`<article id="${number}">`);
    expect(html).toContain(`<a href="#${number}">${title}</a>`);
  }
  expect(html).toContain("✕ fails · 425");
  expect(html).toContain("✓ works · 226");
});

describe("the verdict of a run", () => {
  const verdicts = (shownOnes: Parameters<typeof bookletPage>[0]): string[] =>
    Array.from(bookletPage(shownOnes).matchAll(/<td class="(works|open|rightly|fails)">([^<]*)/g), (match) =>
      match.slice(1).join(": "),
    );
  const [first] = all;
  const { typed, evidence } = first!.sallyport;
  const beside = { ...evidence, outcome: { ...evidence.outcome, dataBesideSsh: true } };

  test("is not works alone where data goes past SSH", () => {
    expect(verdicts([{ ...first!, plain: { typed, evidence: beside } }])).toEqual([
      "open: ! works · 226, data beside SSH",
      "works: ✓ works · 226",
    ]);
  });

  test("says in the clear where there is no SSH past which it could go", () => {
    const direct = {
      ...beside,
      events: beside.events.filter((one) => one.type !== "connection" || one.role !== "ssh"),
    };
    expect(verdicts([{ ...first!, plain: { typed, evidence: direct } }])[0]).toBe(
      "open: ! works · 226, data in the clear",
    );
  });

  test("of a transfer that must not work is what is right about it, and no failure", () => {
    const refused = { typed, evidence: natPlain, rightly: "refused, with the reason" };
    expect(verdicts([{ ...first!, sallyport: refused }])).toEqual([
      "fails: ✕ fails · 425",
      "rightly: ✓ refused, with the reason · 425",
    ]);
    expect(scenarioPage({ ...first!, sallyport: refused })).toContain('<section class="run rightly">');
  });
});

test("an address is broken before its port, and nowhere else", () => {
  const html = scenarioPage(all[0]!);
  expect(html).toContain("<code>10.0.0.3:<wbr/>20 → 192.168.1.2:<wbr/>50000</code>");
  expect(html).not.toContain("overflow-wrap:anywhere");
});

test("each host is titled by the programs that run there, with Sallyport in ssh's place", () => {
  const hosts = (way: "plain" | "sallyport"): string[] => {
    const [network = ""] = scenarioPage(all[0]!)
      .split("<h4>Who connects to whom</h4>")
      .slice(way === "plain" ? 1 : 2);
    return Array.from(network.split("</svg>")[0]!.matchAll(/class="title">([^<]*)/g), (match) => match[1] ?? "");
  };
  expect(hosts("plain")).toEqual(["FTP client and ssh", "masquerading NAT", "sshd and FTP server"]);
  expect(hosts("sallyport")).toEqual(["FTP client and Sallyport", "masquerading NAT", "sshd and FTP server"]);
});

test("a page has what is typed, both ends of each connection, dialogue, failed calls and netstat", () => {
  const html = scenarioPage(all[0]!);
  for (const text of [
    "client$ ssh -N -L 2001:server:21 me@server",
    "┤ dropped by nat",
    "---&gt; PORT 192,168,1,2,195,80",
    "ETIMEDOUT",
    "netstat -tan on server",
    "ESTABLISHED",
    "Why it is so.",
    "What Sallyport does about it.",
  ]) {
    expect(html).toContain(text);
  }
});

test("a page has both figures of both ways in two widths, and its scenario's cases", () => {
  const figures = (html: string): number => html.match(/role="img"/g)?.length ?? 0;
  expect(figures(scenarioPage(all[0]!))).toBe(8);
  const { plain, sallyport } = all[0]!;
  const cases = [{ name: "ssh-lost", title: "the SSH connection is lost", plain, sallyport }];
  const html = scenarioPage({ ...all[0]!, cases });
  expect(figures(html)).toBe(16);
  expect(html).toContain("the SSH connection is lost");
});

test("a figure is a separate file, the same every time, in both schemes", () => {
  const file = (): string => figureFile(drawWideNetwork(natTopology, natPlain), "a NAT");
  expect(file()).toBe(file());
  expect(file()).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  expect(file()).toContain("prefers-color-scheme:dark");
  expect(file()).toContain("<title>a NAT</title>");
});
