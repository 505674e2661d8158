// Facts as plain cases, so that any test runner can run them.

/** One fact of a suite. It holds when `run` resolves; what it rejects with says what does not. */
export interface ConformanceCase {
  /** A sentence, the same in each release unless the fact changes. */
  readonly name: string;
  /** Rejects when the fact does not hold. */
  readonly run: () => Promise<void>;
}

/**
 * Facts about one implementation. They share what is under test, so run them one after the other. Disposal closes that, and is idempotent.
 *
 * @example
 * const suite = networkSuite(open);
 * for (const { name, run } of suite.cases) test(name, run);
 * after(() => suite[Symbol.asyncDispose]());
 */
export interface ConformanceSuite extends AsyncDisposable {
  /** In the order in which they are best read. */
  readonly cases: readonly ConformanceCase[];
}

/** How the files of facts declare them; the names of nested groups stand before those of their facts. */
export interface Facts {
  readonly describe: (group: string, declare: () => void) => void;
  readonly test: (name: string, run: () => Promise<void>) => void;
}

/** What stands around the facts of a suite. */
export interface SuiteLife {
  /** Before each fact. */
  prepare(): Promise<void>;
  /** After each fact, whether it holds or not. */
  clear(): Promise<void>;
  /** After the last one. */
  close(): Promise<void>;
}

export function makeSuite(life: SuiteLife, declare: (facts: Facts) => void): ConformanceSuite {
  const cases: ConformanceCase[] = [];
  const groups: string[] = [];
  declare({
    describe(group, inside) {
      groups.push(group);
      inside();
      groups.pop();
    },
    test(name, run) {
      cases.push({ name: [...groups, name].join(": "), run: () => between(life, run) });
    },
  });
  let closing: Promise<void> | undefined;
  return {
    cases,
    [Symbol.asyncDispose]() {
      closing ??= life.close();
      return closing;
    },
  };
}

async function between(life: SuiteLife, run: () => Promise<void>): Promise<void> {
  await life.prepare();
  try {
    await run();
  } catch (error) {
    // What the fact has left behind is no news then.
    await life.clear().catch(() => {});
    throw error;
  }
  await life.clear();
}
