// As much of JSON Schema (2020-12) as the doctor's report is described with; an unknown keyword is a fault.
type Schema = Readonly<Record<string, unknown>>;

/** Every deviation, with its place. */
export function deviations(schema: Schema, value: unknown, place = "$"): readonly string[] {
  return Object.entries(schema).flatMap(([keyword, argument]) => {
    const check = keywords[keyword];
    if (check === undefined) return [`${place}: the schema uses ${keyword}, which nobody checks`];
    return check(argument, value, place, schema);
  });
}

type Check = (argument: unknown, value: unknown, place: string, schema: Schema) => readonly string[];

const isObject = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const unless = (holds: boolean, text: string): readonly string[] => (holds ? [] : [text]);
const no: Check = () => [];

const typeOf = (value: unknown): string => (Array.isArray(value) ? "array" : isObject(value) ? "object" : typeof value);

const keywords: Readonly<Record<string, Check>> = {
  $schema: no,
  title: no,
  description: no,
  type: (type, value, place) => unless(typeOf(value) === type, `${place} is ${typeOf(value)}, not ${type}`),
  const: (wanted, value, place) => unless(value === wanted, `${place} is ${value}, not ${wanted}`),
  enum: (values, value, place) =>
    unless((values as unknown[]).includes(value), `${place} is ${JSON.stringify(value)}, none of those listed`),
  pattern: (pattern, value, place) =>
    unless(new RegExp(String(pattern)).test(String(value)), `${place} is ${value}, not ${pattern}`),
  items: (items, value, place) =>
    Array.isArray(value) ? value.flatMap((one, index) => deviations(items as Schema, one, `${place}[${index}]`)) : [],
  required: (names, value, place) =>
    (names as string[]).flatMap((name) => unless(isObject(value) && name in value, `${place}.${name} is missing`)),
  properties: (fields, value, place) =>
    Object.entries(fields as Record<string, Schema>).flatMap(([name, field]) =>
      isObject(value) && name in value ? deviations(field, value[name], `${place}.${name}`) : [],
    ),
  additionalProperties: (_, value, place, { properties }) =>
    Object.keys(isObject(value) ? value : {}).flatMap((name) =>
      unless(name in (properties as Schema), `${place}.${name} is not described`),
    ),
};
