// Sessions at a program, one after the other and at the same time: they come whole, and leave it with no more descriptors.
import { setTimeout as delay } from "node:timers/promises";
import { belongings, shown } from "./belongings.ts";

export interface ManySessions {
  /** Of the program. */
  readonly pid: number;
  readonly sequence: number;
  readonly atOnce: number;
  /** Stores a file, gets it back, and says whether it is whole. */
  readonly isWhole: (name: string, bytes: number) => Promise<boolean>;
  readonly say: (line: string) => void;
}

export async function manySessions({ pid, sequence, atOnce, isWhole, say }: ManySessions): Promise<boolean> {
  let whole = 0;
  const one = async (name: string, bytes: number): Promise<void> => {
    const result = await isWhole(name, bytes);
    whole += result ? 1 : 0;
  };
  for (let count = 0; count < 20; count += 1) await one("first", 2000);
  await delay(5000);
  const before = belongings(pid);
  whole = 0;
  for (let count = 0; count < sequence; count += 1) {
    await one(`f${count % 100}`, 2000);
    if ((count + 1) % 500 === 0) say(`after ${count + 1}: ${shown(belongings(pid))}`);
  }
  await delay(5000);
  const after = belongings(pid);
  say(`${whole} of ${sequence} sessions in sequence whole; before ${shown(before)}, after ${shown(after)}`);
  const isWell = whole === sequence && after.descriptors <= before.descriptors;
  whole = 0;
  const all = await Promise.allSettled(
    Array.from({ length: atOnce }, (_, index) => one(`at-once-${index}`, 1_000_000)),
  );
  for (const result of all) if (result.status === "rejected") say(String(result.reason));
  const during = belongings(pid);
  await delay(5000);
  say(`${whole} of ${atOnce} sessions at once whole; then ${shown(during)}, and 5 s later ${shown(belongings(pid))}`);
  return isWell && whole === atOnce;
}
