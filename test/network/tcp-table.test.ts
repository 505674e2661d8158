import { renameSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { TcpTable } from "../../src/network/tcp-table.ts";
import { watchResources } from "../support/resources.ts";
import { makeTempDir } from "../support/tempdir.ts";

watchResources();

const end = (number: number): string => `0100007F:${number.toString(16).toUpperCase().padStart(4, "0")}`;
/** As the kernel prints it: 149 characters and a newline. */
const row = (number: number, local: string, remote: string, uid: number): string =>
  `${String(number).padStart(4)}: ${local} ${remote} 01 00000000:00000000 00:00000000 00000000  ${uid}        0 ${number} 1`.padEnd(
    149,
  );
const head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode".padEnd(
  149,
);

describe("a table of sockets", () => {
  it("has each of a thousand rows, whatever piece of it a reading ends in", async () => {
    await using dir = makeTempDir("table");
    const rows = Array.from({ length: 1000 }, (_, i) => row(i, end(i), end(i + 20_000), i));
    writeFileSync(dir.file("tcp"), `${[head, ...rows].join("\n")}\n`);
    const table = new TcpTable(dir.file("tcp"));
    const found = await Promise.all(
      rows.map((_, i) => table.find({ local: [end(i)], remote: ["other", end(i + 20_000)] })),
    );
    expect(found.map((fields) => fields?.[7])).toEqual(rows.map((_, i) => String(i)));
  });

  it("tells sockets with one end in common apart, and has none that nobody asked for", async () => {
    await using dir = makeTempDir("table");
    const rows = [row(0, end(7), end(8), 10), row(1, end(7), end(9), 20), row(2, end(9), end(7), 30)];
    writeFileSync(dir.file("tcp"), `${[head, ...rows].join("\n")}\n`);
    const table = new TcpTable(dir.file("tcp"));
    expect((await table.find({ local: [end(7)], remote: [end(9)] }))?.[7]).toBe("20");
    expect(await table.find({ local: [end(8)], remote: [end(7)] })).toBeUndefined();
  });

  it("is read again for whoever asks while it is being read", async () => {
    await using dir = makeTempDir("table");
    const write = (uid: number): void => {
      writeFileSync(dir.file("new"), `${[head, row(0, end(1), end(2), uid)].join("\n")}\n`);
      renameSync(dir.file("new"), dir.file("tcp"));
    };
    write(10);
    const table = new TcpTable(dir.file("tcp"));
    const wanted = { local: [end(1)], remote: [end(2)] };
    const first = table.find(wanted).then(async (before) => {
      write(20);
      return [before, await table.find(wanted)];
    });
    const [before, after] = await first;
    expect([before?.[7], after?.[7]]).toEqual(["10", "20"]);
  });

  it("is not read on for who has given up, and all the same for another who has asked", async () => {
    await using dir = makeTempDir("table");
    const rows = Array.from({ length: 1000 }, (_, i) => row(i, end(i), end(i + 20_000), i));
    writeFileSync(dir.file("tcp"), `${[head, ...rows].join("\n")}\n`);
    const table = new TcpTable(dir.file("tcp"));
    const givenUp = new AbortController();
    const order: string[] = [];
    const one = table.find({ local: [end(999)], remote: [end(20_999)] }, givenUp.signal).then((fields) => {
      order.push("given up");
      return fields;
    });
    const other = table.find({ local: [end(998)], remote: [end(20_998)] }).then((fields) => {
      order.push("found");
      return fields?.[7];
    });
    givenUp.abort();
    expect([await one, await other]).toEqual([undefined, "998"]);
    expect(order).toEqual(["given up", "found"]);
    expect(await table.find({ local: [end(1)], remote: [end(20_001)] }, givenUp.signal)).toBeUndefined();
  });

  it("that is not there has no rows", async () => {
    const table = new TcpTable("/nowhere/tcp");
    expect(await table.find({ local: [end(1)], remote: [end(2)] })).toBeUndefined();
  });
});
