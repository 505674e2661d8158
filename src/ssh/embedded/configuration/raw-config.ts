// A host's settings as keywords and text, wherever they come from.

/** Keyword in lower case to its values; several for IdentityFile and the like. */
export type RawConfig = ReadonlyMap<string, readonly string[]>;

export interface ConfigSource {
  readonly config: RawConfig;
  /** What the settings would be without any file or option; what equals it was not asked for. */
  readonly defaults: RawConfig;
}

/** The first value of a keyword. `none` counts as a value. */
export function first(config: RawConfig, keyword: string): string | undefined {
  return config.get(keyword)?.[0];
}

/** The value if somebody set it to other than the default. */
export function configured(source: ConfigSource, keyword: string): string | undefined {
  const value = first(source.config, keyword);
  return value === first(source.defaults, keyword) ? undefined : value;
}

/** `keyword value` lines, as `ssh -G` prints them. */
export function parseSshG(text: string): RawConfig {
  const config = new Map<string, string[]>();
  for (const line of text.split(/\r?\n/)) {
    const [, keyword, value] = /^(\S+) (.*)$/.exec(line) ?? [];
    if (keyword === undefined || value === undefined) continue;
    const values = config.get(keyword.toLowerCase()) ?? [];
    values.push(value);
    config.set(keyword.toLowerCase(), values);
  }
  return config;
}
