import { describe, expect, test } from "vitest";
import { commandTable, findCommand } from "../../src/protocol/command-table.ts";

const verbsWhere = (relay: string): string[] =>
  commandTable
    .filter((row) => row.relay === relay)
    .map((row) => row.verb)
    .sort();

describe("the command table", () => {
  test("has every verb once, in upper case", () => {
    const verbs = commandTable.map((row) => row.verb);
    expect(new Set(verbs).size).toBe(verbs.length);
    for (const verb of verbs) expect(verb).toMatch(/^[A-Z][A-Z0-9]{2,7}$/);
  });

  test("has all of RFC 959 and the commands of the later RFCs", () => {
    const wanted =
      "USER PASS ACCT CWD CDUP SMNT REIN QUIT PORT PASV TYPE STRU MODE RETR STOR STOU APPE ALLO REST RNFR RNTO ABOR DELE " +
      "RMD MKD PWD LIST NLST SITE SYST STAT HELP NOOP XCWD XCUP XMKD XRMD XPWD LPRT LPSV AUTH ADAT PROT PBSZ CCC MIC " +
      "CONF ENC FEAT OPTS EPRT EPSV LANG MDTM SIZE MLST MLSD HOST MFMT MFF MFCT";
    for (const verb of wanted.split(" ")) expect(findCommand(verb)?.verb, verb).toBe(verb);
  });

  test("opens data for exactly the transfer commands", () => {
    expect(verbsWhere("transfer")).toEqual(["APPE", "LIST", "MLSD", "NLST", "RETR", "STOR", "STOU", "THMB"]);
    for (const row of commandTable) expect(row.data !== undefined, row.verb).toBe(row.relay === "transfer");
    expect(findCommand("STOR")?.data).toBe("upload");
    expect(findCommand("RETR")?.data).toBe("download");
  });

  test("answers the address commands and refuses the protection commands", () => {
    expect(verbsWhere("answer")).toEqual(["EPRT", "EPSV", "LPRT", "LPSV", "PASV", "PORT"]);
    expect(verbsWhere("refuse")).toEqual(
      ["ADAT", "AUTH", "CCC", "CONF", "CPSV", "ENC", "MIC", "PBSZ", "PROT", "SSCN"].sort(),
    );
  });

  test("allows ABOR, STAT, NOOP and QUIT during a transfer", () => {
    expect(commandTable.filter((row) => row.duringTransfer).map((row) => row.verb)).toEqual([
      "ABOR",
      "STAT",
      "NOOP",
      "QUIT",
    ]);
  });

  test("says in each help line what an argument is, if there must be one", () => {
    for (const row of commandTable) {
      expect(row.help, row.verb).not.toBe("");
      if (row.argument === "required") expect(row.help, row.verb).toContain(": ");
      if (row.argument === "none") expect(row.help, row.verb).not.toContain(": ");
    }
  });

  test("is found in any case, and unknown verbs are not", () => {
    expect(findCommand("retr")?.verb).toBe("RETR");
    expect(findCommand("XYZZY")).toBeUndefined();
    expect(findCommand("constructor")).toBeUndefined();
  });
});
