// Where this package's own programs are, for those who start them as processes.
import { fileURLToPath } from "node:url";

export interface RealPrograms {
  /** `bin/sallyport.js` */
  readonly sallyport: string;
  /** The FTP client of the old kind: agent/main.ts, compiled. */
  readonly agent: string;
}

/** src/lab/real and dist/lab/real are equally deep, so both find the compiled ones. */
const inPackage = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

export const realPrograms: RealPrograms = {
  sallyport: inPackage("bin/sallyport.js"),
  agent: inPackage("dist/lab/real/agent/main.js"),
};
