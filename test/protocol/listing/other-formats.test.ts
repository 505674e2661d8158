import { describe, expect, test } from "vitest";
import { parseListing } from "../../../src/protocol/listing/parse-listing.ts";
import { nowMs, readListing } from "./listing-text.ts";

describe("DOS", () => {
  test("IIS, with two digits of the year and twelve hours", () => {
    const text = `07-10-18  10:18AM       <DIR>          inetpub
02-29-24  12:05AM       <DIR>           leading space
11-30-99  12:00PM                    0 noon.txt
10-31-26  11:59PM           1803128512 big file.iso
10-31-26  11:59PM                    7  leading space.txt`;
    expect(readListing(text)).toEqual({
      format: "dos",
      entries: [
        "directory - 2018-07-10T10:18 inetpub",
        "directory - 2024-02-29T00:05  leading space",
        "file 0 1999-11-30T12:00 noon.txt",
        "file 1803128512 2026-10-31T23:59 big file.iso",
        "file 7 2026-10-31T23:59  leading space.txt",
      ],
      unread: [],
    });
  });

  test("the date in other orders, and links", () => {
    const text = `2026-11-01  09:30                 12 iso.txt
2026-11-01  09:30    <JUNCTION>     here [D:\\there]
2026-11-01  09:30    <SYMLINKD>     sub [..\\sub]`;
    expect(readListing(text).entries).toEqual([
      "file 12 2026-11-01T09:30 iso.txt",
      "link - 2026-11-01T09:30 here -> D:\\there",
      "link - 2026-11-01T09:30 sub -> ..\\sub",
    ]);
    expect(readListing("22.11.2026  09:30             1.234 a.txt").entries).toEqual([
      "file 1234 2026-11-22T09:30 a.txt",
    ]);
    expect(readListing("11-22-2026  09:30:15             1,234,567 a.txt").entries).toEqual([
      "file 1234567 2026-11-22T09:30:15 a.txt",
    ]);
  });

  test("with slashes another line must tell whether the day is first", () => {
    const line = "03/04/2026  09:30                 1 a";
    expect(readListing(line).entries).toEqual(["file 1 - a"]);
    expect(readListing(`${line}\n25/12/2025  09:30                 1 b`).entries[0]).toBe("file 1 2026-04-03T09:30 a");
    expect(readListing(`${line}\n12/25/2025  09:30                 1 b`).entries[0]).toBe("file 1 2026-03-04T09:30 a");
  });

  test.each([
    ["11-23-26", "2026-11-23"],
    ["01-01-27", "2027-01-01"],
    ["01-01-69", "2069-01-01"],
    ["01-01-70", "1970-01-01"],
    ["01-01-00", "2000-01-01"],
  ])("two digits of a year are of the last such year, and none before 1970: %s", (date, day) => {
    expect(readListing(`${date}  09:30AM  1 a`).entries).toEqual([`file 1 ${day}T09:30 a`]);
  });
});

describe("NetWare", () => {
  test("names are behind padding", () => {
    const text = `total 0
d [RWCEAFMS] supervisor                        512 Jan 16 18:53    login
- [-W------] rhesus                        214059 Oct 20  2024    cx.exe
d[RWCEAFMS]  1 admin             512 Oct 13  2019 SYSTEM`;
    expect(readListing(text)).toEqual({
      format: "netware",
      entries: ["directory - 2026-01-16T18:53 login", "file 214059 2024-10-20 cx.exe", "directory - 2019-10-13 SYSTEM"],
      unread: [],
    });
  });
});

describe("EPLF", () => {
  test("facts, a tab, the name", () => {
    const text = "+i8388621.48594,m825718503,r,s280,\t djb.html\n+i8388621.50690,m824255907,/,up755,\t514\n+\tbare";
    expect(readListing(text)).toEqual({
      format: "eplf",
      entries: ["file 280 1996-03-01T22:15:03Z  djb.html", "directory - 1996-02-13T23:58:27Z 514", "- - - bare"],
      unread: [],
    });
  });
});

describe("VMS", () => {
  test("versions stay with files, directories lose theirs, long names are put together with their facts", () => {
    const text = `
Directory DISK$DATA:[PUBLIC]

README.TXT;3              2/4      30-DEC-2024 17:44:13.12  [SYSTEM,ANNA] (RWED,RWED,RE,)
TOOLS.DIR;1               1/4       8-SEP-2023 16:09  [SYSTEM] (RWE,RWE,RE,RE)
A_NAME_THAT_IS_VERY_LONG_INDEED_FOR_A_FILE.TXT;12
                        512/512     1-FEB-2025 07:00:01
                                    [STAFF,BEN]  (RWED,RWED,RE,)
SECRET.DAT;1             %RMS-E-PRV, insufficient privilege or file protection violation

Total of 4 files, 516/524 blocks.`;
    expect(readListing(text)).toEqual({
      format: "vms",
      entries: [
        "file - 2024-12-30T17:44:13 README.TXT;3",
        "directory - 2023-09-08T16:09 TOOLS",
        "file - 2025-02-01T07:00:01 A_NAME_THAT_IS_VERY_LONG_INDEED_FOR_A_FILE.TXT;12",
        "file - - SECRET.DAT;1",
      ],
      unread: [],
    });
    const { entries } = parseListing(text.split("\n"), { command: "LIST", nowMs });
    expect(entries[2]).toMatchObject({
      owner: "STAFF,BEN",
      others: new Map([
        ["version", "12"],
        ["blocks", "512/512"],
        ["protection", "RWED,RWED,RE,"],
      ]),
    });
  });

  test("a second directory is not mixed in", () => {
    const file = "A.TXT;1  1/4  8-SEP-2023 16:09  [SYSTEM] (RWE,RWE,RE,RE)";
    const text = `Directory A:[X]\n${file}\nDirectory A:[X.Y]\n${file}\nGrand total of 2 directories`;
    expect(readListing(text)).toMatchObject({
      entries: [expect.anything()],
      unread: ["3 other-directory", "4 other-directory"],
    });
  });
});

describe("z/OS", () => {
  test("data sets: partitioned ones are entered, sizes and the day of the last use are no facts", () => {
    const text = `Volume Unit    Referred Ext Used Recfm Lrecl BlkSz Dsorg Dsname
WRK101 3390   2026/11/20  1   15  FB      80 27920  PS  DAILY.REPORT
WRK102 3390   2026/03/04  3   45  FB      80 32720  PO  SOURCE.COBOL
WRK102 3390   **NONE**    1   30  U        0 32760  PO-E 'PROD.LOADLIB'
WRK103 3390                                        VSAM CUSTOMER.KSDS
Migrated                                                OLD.REPORT
Pseudo Directory                                        TEST
ARC001 Tape                                             BACKUP.G0001V00`;
    expect(readListing(text)).toEqual({
      format: "zos-datasets",
      entries: [
        "file - - DAILY.REPORT",
        "directory - - SOURCE.COBOL",
        "directory - - 'PROD.LOADLIB'",
        "other - - CUSTOMER.KSDS",
        "- - - OLD.REPORT",
        "directory - - TEST",
        "- - - BACKUP.G0001V00",
      ],
      unread: [],
    });
    const { entries } = parseListing(text.split("\n"), { command: "LIST", nowMs });
    expect(entries[0]?.others?.get("recfm")).toBe("FB");
    expect(entries[0]?.others?.get("lrecl")).toBe("80");
  });

  test("members with and without statistics, and load modules", () => {
    const text = ` Name     VV.MM   Created       Changed      Size  Init   Mod   Id
PAYROLL   01.07 2020/01/31 2026/10/02 09:37   118   110     0 ANNA
NOSTATS`;
    expect(readListing(text)).toEqual({
      format: "zos-members",
      entries: ["file - 2026-10-02T09:37 PAYROLL", "file - - NOSTATS"],
      unread: [],
    });
    const modules = ` Name      Size     TTR   Alias-of AC --------- Attributes --------- Amode Rmode
PAYMOD   000148   000405          00 FO             RN RU            31    ANY`;
    expect(readListing(modules)).toMatchObject({ format: "zos-members", entries: ["file - - PAYMOD"], unread: [] });
  });

  test("jobs are named by their ids, with the header of interface level 2 and without", () => {
    const text = `JOBNAME  JOBID    OWNER    STATUS CLASS
ANNA1    JOB00123 ANNA     OUTPUT A        RC=0000 3 spool files
ANNA2    JOB00124 ANNA     ACTIVE A`;
    expect(readListing(text)).toMatchObject({
      format: "zos-jobs",
      entries: ["file - - JOB00123", "file - - JOB00124"],
      unread: [],
    });
    expect(readListing("ANNA1    JOB00123  OUTPUT    3 Spool Files")).toMatchObject({
      format: "zos-jobs",
      entries: ["file - - JOB00123"],
    });
  });
});

describe("IBM i", () => {
  test("directories, stream files and members; the order of the date must be told by the listing", () => {
    const text = `QSYS            77824 02/23/24 15:09:55 *DIR       home/
ANNA            36864 03/04/24 15:30:00 *STMF      my notes.txt
ANNA            36864 03/04/24 15:30:00 *FILE      SRC.FILE
ANNA                                    *MEM       PROG.MBR`;
    expect(readListing(text)).toEqual({
      format: "os400",
      entries: [
        "directory - 2024-02-23T15:09:55 home",
        "file 36864 2024-03-04T15:30:00 my notes.txt",
        "- - 2024-03-04T15:30:00 SRC.FILE",
        "file - - PROG.MBR",
      ],
      unread: [],
    });
    expect(readListing("ANNA   36864 03/04/24 15:30:00 *STMF      a").entries).toEqual(["file 36864 - a"]);
  });
});
