// Options that were given: with exactOptionalPropertyTypes a property that is `undefined` is not one that is missing.

/** What may be `undefined` in `T` may be missing here, and is not `undefined`. */
export type DefinedProps<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };

/** The properties whose value is not `undefined`, in their order. */
export function definedProps<T extends object>(props: T): DefinedProps<T> {
  const given: Partial<T> = {};
  for (const name of Object.keys(props) as (keyof T)[]) {
    if (props[name] !== undefined) given[name] = props[name];
  }
  return given as unknown as DefinedProps<T>;
}
