/** Settings of one function in supabase/config.toml. */
export interface FunctionSettings {
  /** Whether the platform itself turns away requests without a valid user token; on unless switched off. */
  verifyJwt: boolean;
}

/**
 * Reads the `[functions.<name>]` sections of a config.toml. Only what the gateway acts on: `verify_jwt`.
 *
 * @example readFunctionSettings("[functions.a]\nverify_jwt = false").get("a") // { verifyJwt: false }
 */
export function readFunctionSettings(toml: string): Map<string, FunctionSettings> {
  const settings = new Map<string, FunctionSettings>();
  let current: FunctionSettings | undefined;
  for (const line of toml.split(/\r?\n/)) {
    const section = /^\s*\[([^\]]+)\]/.exec(line);
    if (section) {
      const name = /^functions\.(?:"([^"]+)"|([A-Za-z0-9_-]+))$/.exec(section[1]?.trim() ?? "");
      current = undefined;
      if (name) {
        current = { verifyJwt: true };
        settings.set(name[1] ?? name[2] ?? "", current);
      }
      continue;
    }
    const verifyJwt = /^\s*verify_jwt\s*=\s*(true|false)\s*(?:#.*)?$/.exec(line);
    if (verifyJwt && current) current.verifyJwt = verifyJwt[1] === "true";
  }
  return settings;
}
