// An SFTP session as the FileSystem needs it: paths below its root, waits that a signal ends, statuses as errors.
import { raceAbort } from "../../platform/abort.ts";
import { SallyportError } from "../../protocol/error.ts";
import { printable } from "../../protocol/printable.ts";
import type { ServerFeatures, SftpClient } from "../../ssh/sftp/client/sftp-client.ts";
import type { Attributes } from "../../ssh/sftp/wire/attributes.ts";
import { openFlags, statusCodes } from "../../ssh/sftp/wire/message-types.ts";
import type { Reply, ReplyType } from "../../ssh/sftp/wire/replies.ts";
import { type Request, requests } from "../../ssh/sftp/wire/requests.ts";
import { fsError } from "../fs-error.ts";
import { explainStatus, type Failure } from "./explain-status.ts";

/** What failed, but for the status that says so. */
export type About = Omit<Failure, "status">;

type Good<T extends ReplyType> = Extract<Reply<T>, { readonly type: T }>;

export class SftpCalls {
  readonly client: SftpClient;
  readonly features: ServerFeatures;
  readonly #root: string;

  /** `root`: without `/` at its end; `""` is the server's own root, `"."` where the login begins. `features`: of which less is used. */
  constructor(client: SftpClient, root: string, features: ServerFeatures = client.features) {
    this.client = client;
    this.features = features;
    this.#root = root;
  }

  /** The server's path for one of ours. Throws `FS_NAME_INVALID` for what is no path of a FileSystem. */
  place(path: string): string {
    if (!path.startsWith("/") || /\0|[^\0-\xff]|\/\.{0,2}\/|\/\.{1,2}$/.test(path)) {
      throw fsError("FS_NAME_INVALID", path);
    }
    const place = this.#root + path;
    return place.length > 1 ? place.replace(/\/$/, "") : place;
  }

  /** The answer that the request expects. Throws `FS_*` for a status other than OK, the signal's reason, SSH_*, NET_*. */
  async ask<T extends ReplyType>(request: Request<T>, about: About, signal: AbortSignal): Promise<Good<T>> {
    signal.throwIfAborted();
    return await this.answer(this.client.ask(request).reply, about, signal);
  }

  async answer<T extends ReplyType>(reply: Promise<Reply<T>>, about: About, signal: AbortSignal): Promise<Good<T>> {
    const answer = (await raceAbort(reply, signal)) as Reply;
    if (answer.type !== "status" || answer.code === statusCodes.ok) return answer as Good<T>;
    throw await explainStatus(this, { ...about, status: answer }, signal);
  }

  /** A file, by openFlags. A handle that comes after the signal is closed. */
  async open(path: string, flags: number, about: About, signal: AbortSignal): Promise<RemoteHandle> {
    signal.throwIfAborted();
    return await this.#opened(this.client.ask(requests.open(this.place(path), flags)).reply, about, signal);
  }

  async openDirectory(path: string, signal: AbortSignal): Promise<RemoteHandle> {
    signal.throwIfAborted();
    return await this.#opened(
      this.client.ask(requests.opendir(this.place(path))).reply,
      { path, doing: "list" },
      signal,
    );
  }

  /** Undefined where there is nothing, or nothing that may be seen. */
  async look(path: string, how: "stat" | "lstat", signal: AbortSignal): Promise<Attributes | undefined> {
    const reply = await raceAbort(this.client.ask(requests[how](this.place(path))).reply, signal);
    return reply.type === "attributes" ? reply.attributes : undefined;
  }

  /** What the server tells of a path; `refused` where it tells nothing at all, as to an account that may only write. */
  async standing(
    path: string,
    how: "stat" | "lstat",
    signal: AbortSignal,
  ): Promise<Attributes | "nothing" | "refused"> {
    const reply = (await raceAbort(this.client.ask(requests[how](this.place(path))).reply, signal)) as Reply;
    if (reply.type === "attributes") return reply.attributes;
    return reply.type === "status" && reply.code === statusCodes.noSuchFile ? "nothing" : "refused";
  }

  /** The path that the server makes of this one; relative to the login directory. Throws `FS_*`. */
  async realPath(path: string, signal: AbortSignal): Promise<string> {
    const { names } = await this.ask(requests.realpath(path), { path, doing: "find" }, signal);
    const [first] = names;
    if (first?.name.startsWith("/") === true && !first.name.includes("\0")) return first.name;
    const told = printable(first?.name ?? "", 120);
    throw new SallyportError(
      "SSH_PROTOCOL",
      `the SFTP server returned no absolute path for "${printable(path, 120)}": "${told}"`,
    );
  }

  async #opened(reply: Promise<Reply<"handle">>, about: About, signal: AbortSignal): Promise<RemoteHandle> {
    try {
      const { handle } = await this.answer(reply, about, signal);
      return new RemoteHandle(this, handle, about.path);
    } catch (error) {
      // It may still come.
      reply.then(
        (late) => late.type === "handle" && this.client.ask(requests.close(late.handle)),
        () => {},
      );
      throw error;
    }
  }
}

export const flagsOf: Readonly<Record<"read" | "write" | "append" | "exclusive" | "update" | "replace", number>> = {
  read: openFlags.read,
  /** What is there stays; a new file is there at once. */
  write: openFlags.write | openFlags.create,
  /** The server finds the end, whatever size it has told. */
  append: openFlags.write | openFlags.create | openFlags.append,
  exclusive: openFlags.write | openFlags.create | openFlags.exclusive,
  update: openFlags.write,
  /** What is there goes at once. */
  replace: openFlags.write | openFlags.create | openFlags.truncate,
};

/** Disposal closes it and does not wait for what the server says to that; idempotent. */
export class RemoteHandle implements AsyncDisposable {
  readonly id: Uint8Array;
  readonly path: string;
  readonly session: SftpCalls;
  #isClosed = false;

  constructor(session: SftpCalls, id: Uint8Array, path: string) {
    this.session = session;
    this.id = id;
    this.path = path;
  }

  /** Closes it, and throws what the server says against that: some write only now. */
  async close(signal: AbortSignal): Promise<void> {
    if (this.#isClosed) return;
    await this.session.answer(this.#close(), { path: this.path, doing: "write" }, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isClosed) void this.#close();
  }

  #close(): Promise<Reply<"status">> {
    this.#isClosed = true;
    return this.session.client.ask(requests.close(this.id)).reply;
  }
}
