// How late a program's event loop is while hundreds of transfers run at the same time.
import { NotMeasured, type OpenWay } from "./measurement.ts";
import { goodbye, logins } from "./sessions.ts";

/** Of `pid`, while `count` clients fetch the file `name` of `bytes` bytes. In milliseconds. */
export async function delayWithTransfers(
  way: OpenWay,
  pid: number | undefined,
  { count, name, bytes }: { readonly count: number; readonly name: string; readonly bytes: number },
): Promise<{ delay99: number; delayMax: number }> {
  if (way.eventLoop === undefined || pid === undefined) throw new NotMeasured("it is no program of ours");
  const sessions = await logins(way, count);
  try {
    const arrived: Promise<number>[] = [];
    for (const session of sessions) {
      await session.ask("TYPE I", 200);
      const data = await session.passive();
      arrived.push(
        new Promise((resolve, reject) => {
          let count = 0;
          data.on("data", (piece) => {
            count += piece.length;
          });
          data.once("error", reject).once("end", () => {
            data.end();
            resolve(count);
          });
        }),
      );
    }
    const { percentile99, max } = await way.eventLoop.during(pid, async () => {
      await Promise.all(sessions.map((session) => session.ask(`RETR ${name}`, 150, 226)));
      if ((await Promise.all(arrived)).some((count) => count !== bytes)) throw new Error("a file came incomplete");
    });
    return { delay99: percentile99, delayMax: max };
  } finally {
    await goodbye(sessions);
  }
}
