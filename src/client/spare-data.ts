// A passive data connection that is opened before it is needed: for small files one after the other, each of which would wait for it.

import { limits } from "../protocol/limits.ts";
import type { DataConnection } from "./mode-choice.ts";
import { openPassive } from "./passive-data.ts";
import type { Session, SpareData } from "./session.ts";

/** Made once, since an error costs the look at the stack. */
const notNeeded = new Error("the data connection is not needed any more");

/**
 * Begins to open one for the next transfer, in the way that has worked before; it is closed where none comes soon. Not where the server must be told
 * for what it is (PRET).
 */
export function prepareData(session: Session): void {
  const { modes, options, control, features, environment } = session;
  const isUsual = modes.mode === "passive" && modes.proven && options.pipeline !== false && !features.has("PRET");
  if (!isUsual || session.spare !== undefined || control.failure !== undefined) return;
  const lifetime = new AbortController();
  const passive = openPassive(session, lifetime.signal, { verb: "RETR", what: "" });
  const opened: DataConnection = {
    ...passive,
    async [Symbol.asyncDispose]() {
      lifetime.abort(notNeeded);
      await passive[Symbol.asyncDispose]();
    },
  };
  let isBroken = false;
  const broken = (): void => {
    isBroken = true;
  };
  opened.ready.catch(broken);
  opened.connection.then(({ closed }) => closed.then(broken)).catch(broken);
  const take = (): DataConnection | undefined => {
    cancel();
    if (session.spare === spare) session.spare = undefined;
    if (!isBroken) return opened;
    void opened[Symbol.asyncDispose]();
    return undefined;
  };
  const drop = (): void => {
    if (session.spare !== spare) return;
    broken();
    take();
  };
  const cancel = environment.clock.after(limits.clientSpareDataMs, drop);
  const spare: SpareData = { take, drop };
  session.spare = spare;
}
