import { describe, expect, test } from "vitest";
import { doctorPage } from "../../../src/lab/figures/page/doctor-page.ts";
import { pathConnections, pathTopology } from "../../../src/lab/figures/page/path-figure.ts";
import { doctorReport } from "./doctor-report.ts";
import { natPlain, natSallyport, natTopology, shown } from "./sample.ts";

const hostile = `</text></svg><script>alert("x")</script>\x1b[2J`;

describe("the doctor's page", () => {
  const html = doctorPage(doctorReport(hostile), "FTP works, but not in every way.", [
    shown("S12", natTopology, natPlain, natSallyport),
  ]);

  test("loads nothing and runs nothing, whatever the server has said", () => {
    expect(html).not.toMatch(/<(?:script|img|link|iframe|object|image|use|foreignObject)\b/);
    expect(html).not.toMatch(/<[^>]*\b(?:src|srcset|href|on[a-z]+|xlink:href)=/);
    expect(html).toContain("default-src &#39;none&#39;");
    expect(html).toContain("&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;");
    expect(html).not.toContain("\x1b");
  });

  test("has the verdict, the path, each finding with what helps, and the lab's figures of its scenario", () => {
    for (const words of ["FTP works, but not in every way.", "What helps", "S12 in the lab", "Without Sallyport"]) {
      expect(html).toContain(words);
    }
    // Path, and the lab without and with Sallyport, each in two widths; the legend's beside them.
    expect(html.match(/<svg class="figure" role="img"/g)).toHaveLength(6);
  });
});

test("the path has each connection that was tried, SSH before what went through it", () => {
  const report = doctorReport("welcome");
  expect(pathTopology(report).hosts.map(({ name }) => name)).toEqual(["you", "SSH host", "FTP server"]);
  expect(pathConnections(report).map(([{ fromHost, toHost }, words]) => `${fromHost} > ${toHost}: ${words}`)).toEqual([
    "you > FTP server: control to ftp-host:21: made, in the clear",
    "you > FTP server: PASV to 203.0.113.3:50000: dropped",
    "you > SSH host: SSH to user@ssh-host: made",
    "SSH host > FTP server: control to localhost:21: made",
    "FTP server > SSH host: PORT to 127.0.0.1:40000: made",
  ]);
});
