// Tasks of a run: servers are named by URLs.
import type { FtpUrl } from "../../protocol/url/ftp-url.ts";
import type { TaskContext as Context, Task as TaskOf } from "../../transfer/worker-pool.ts";

export type Task = TaskOf<FtpUrl>;
export type TaskContext = Context<FtpUrl>;
