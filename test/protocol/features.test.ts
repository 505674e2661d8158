import { describe, expect, test } from "vitest";
import { relayFeatures } from "../../src/protocol/features.ts";

const features = (...lines: string[]): readonly string[] => relayFeatures({ code: 211, lines }).lines;

describe("the features that a relay tells", () => {
  test("are vsftpd's without what is not carried", () => {
    expect(
      features(
        ...["211-Features:", " AUTH TLS", " EPRT", " EPSV", " MDTM", " PASV", " PBSZ", " PROT", " REST STREAM"],
        ...[" SIZE", " TVFS", "211 End"],
      ),
    ).toEqual(["211-Features:", " EPRT", " EPSV", " MDTM", " PASV", " REST STREAM", " SIZE", " TVFS", "211 End"]);
  });

  test.each([
    ...[
      " AUTH TLS;SSL;TLS-C;TLS-P;",
      " auth ssl",
      "AUTH",
      " PROT C;P;",
      " PBSZ",
      " CCC",
      " CPSV",
      " SSCN",
      " SPSV",
      " spsv",
    ],
    ...[" MIC", " CONF", " ENC", " ADAT", "211-AUTH TLS", "211- PROT", "\tPROT"],
  ])("are without %j", (line) => {
    expect(features("211-Features:", line, " EPRT", " EPSV", "211 End")).toEqual([
      "211-Features:",
      " EPRT",
      " EPSV",
      "211 End",
    ]);
  });

  test.each([" MODE Z", " UTF8", " LANG EN*", " HASH SHA-1;SHA-256*", " MLST type*;size*;", " XAUTHOR", " CLNT"])(
    "keep %j",
    (line) => {
      expect(features("211-Features:", " EPRT", " EPSV", line, "211 End")).toContain(line);
    },
  );

  test("have EPRT and EPSV, which the relay answers itself, in the server's own style", () => {
    expect(features("211-Extensions:", " MDTM", " EPSV", "211 END")).toEqual([
      ...["211-Extensions:", " MDTM", " EPSV", " EPRT", "211 END"],
    ]);
    expect(features("211-Extensions:", "211-MDTM", "211 END")).toEqual([
      ...["211-Extensions:", "211-MDTM", "211-EPRT", "211-EPSV", "211 END"],
    ]);
    expect(features("211-Extensions:", " epsv", " eprt", "211 END")).toEqual([
      ...["211-Extensions:", " epsv", " eprt", "211 END"],
    ]);
    expect(features("211-Extensions:", "    MDTM", "211 END")[2]).toBe("    EPRT");
  });

  test("are there when the server has none", () => {
    expect(features("211 no features")).toEqual(["211-Features:", " EPRT", " EPSV", "211 End"]);
    expect(features("211-Features:", "211 End")).toEqual(["211-Features:", " EPRT", " EPSV", "211 End"]);
  });

  test.each([500, 502, 530])("are no matter of a %i", (code) => {
    const reply = { code, lines: [`${code} no`] };
    expect(relayFeatures(reply)).toBe(reply);
  });
});
