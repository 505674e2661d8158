// One run of curl through a way, timed from start to exit, as its user sees it: login and all.
import { runCurl } from "../test/support/clients.ts";
import { NotMeasured, type OpenWay, type Site } from "./measurement.ts";

export interface CurlTask {
  /** Below the login directory; `[01-50]` stands for fifty files. */
  readonly path: string;
  /** Local files to send, in the same way; undefined: receive, and throw away. */
  readonly upload?: string;
  /** In all files together; anything else is a failure. */
  readonly bytes: number;
  /** Control and data inside TLS. */
  readonly tls: boolean;
}

/** In seconds. */
export interface CurlTimes {
  /** From start to exit. */
  readonly whole: number;
  /** The median of its files, each from the end of the one before. */
  readonly file: number;
}

/** @throws when curl fails, or other than `bytes` bytes were carried; {@link NotMeasured} without TLS. */
export async function timedCurl(site: Site, way: OpenWay, task: CurlTask): Promise<CurlTimes> {
  const { user, password } = way.server;
  const direction = task.upload === undefined ? ["--output", "/dev/null"] : ["--upload-file", task.upload];
  const tlsOptions = task.tls ? way.tlsOptions : [];
  if (tlsOptions === undefined) throw new NotMeasured("it has no TLS");
  const args = [
    ...way.curlOptions,
    ...tlsOptions,
    ...["--fail-early", "--user", `${user}:${password}`, ...direction],
    ...["--write-out", "%{size_download} %{size_upload} %{time_total}\n", `ftp://${way.host}:${way.port}/${task.path}`],
  ];
  const options = { timeoutMs: 60_000, ...(site.netns === undefined ? {} : { netns: site.netns }) };
  const { stdout, stderr, exit, elapsedMs } = await runCurl(args, options);
  if (exit !== 0) throw new Error(`curl ended with ${exit}: ${stderr.trim()}`);
  const files = stdout
    .trim()
    .split("\n")
    .map((line) => line.split(" ").map(Number));
  const carried = files.reduce((sum, [down = 0, up = 0]) => sum + down + up, 0);
  if (carried !== task.bytes) throw new Error(`curl carried ${carried} bytes instead of ${task.bytes}`);
  const times = files.map(([, , seconds = 0]) => seconds).sort((a, b) => a - b);
  return { whole: elapsedMs / 1000, file: times[times.length >> 1] ?? 0 };
}
