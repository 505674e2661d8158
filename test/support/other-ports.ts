// Default data ports are ports that nobody chose: a test beside this one may have one of them.

/** Once more, in a session with other ports, for as long as the failure's words say that a port is in use. */
export async function untilPortsAreFree<Result>(
  attempt: () => Promise<Result>,
  failure: (result: Result) => string = () => "",
): Promise<Result> {
  for (let more = 4; ; more -= 1) {
    try {
      const result = await attempt();
      if (more === 0 || !/in use/i.test(failure(result))) return result;
    } catch (error) {
      if (more === 0 || !/in use/i.test(String(error))) throw error;
    }
  }
}
