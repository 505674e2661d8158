// What is mostly there at once, and only sometimes later: a promise for each, and waiting for it, costs more than most of the work behind it.

/** There already, or promised. */
export type Soon<T> = T | Promise<T>;

/** `then` with what `work` gives, `failed` with what it throws: at once where it is there at once. What these two throw is not caught. */
export function whenDone<T, R>(
  work: () => Soon<T>,
  then: (value: T) => Soon<R>,
  failed: (error: unknown) => Soon<R>,
): Soon<R> {
  let outcome: Soon<T>;
  try {
    outcome = work();
  } catch (error) {
    return failed(error);
  }
  return outcome instanceof Promise ? outcome.then(then, failed) : then(outcome);
}

/** The same for what passes an error on: as it is. */
export function afterwards<T, R>(outcome: Soon<T>, then: (value: T) => Soon<R>): Soon<R> {
  return outcome instanceof Promise ? outcome.then(then) : then(outcome);
}
