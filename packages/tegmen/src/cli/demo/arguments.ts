import { parseArgs } from "node:util";
import { checked, parsePort, UsageError } from "../arguments.ts";

const options = {
  port: { type: "string" },
  database: { type: "string" },
  secure: { type: "boolean" },
  persist: { type: "string" },
  "no-shell": { type: "boolean" },
  background: { type: "boolean" },
  stop: { type: "boolean" },
  all: { type: "boolean" },
  // Only `--background` gives this, to the process that it starts.
  "detached-as": { type: "string" },
} as const;

/** What `tegmen demo` is asked to do. */
export type DemoArguments =
  | { readonly action: "stop"; readonly port: number | undefined; readonly all: boolean }
  | {
      readonly action: "start";
      readonly mode: "shell" | "wait" | "background";
      /** As asked for; undefined for the default. */
      readonly port: number | undefined;
      readonly database: string | undefined;
      /** TLS, passwords and client certificates. */
      readonly secure: boolean;
      /** The folder to keep the data in; undefined to throw it away. */
      readonly persist: string | undefined;
      /** The mark of a process in the background, by which it is known again. */
      readonly mark: string | undefined;
    };

/**
 * Reads the arguments of `tegmen demo`.
 *
 * @throws {UsageError} they make no sense
 */
export function parseDemoArguments(args: readonly string[]): DemoArguments {
  const { "detached-as": _hidden, ...shown } = options;
  const { values, positionals } = checked(shown, () =>
    parseArgs({ args: [...args], options, allowPositionals: true, strict: true }),
  );
  if (positionals.length > 0) throw new UsageError(`unexpected argument ${JSON.stringify(positionals[0])}`);
  const port = values.port === undefined ? undefined : parsePort(values.port);
  const { stop = false, all = false, background = false, secure = false, database, persist } = values;
  if (stop) {
    const other = (["database", "secure", "persist", "no-shell", "background"] as const).find(
      (name) => values[name] !== undefined,
    );
    if (other !== undefined) throw new UsageError(`--${other} makes no sense with --stop`);
    if (all && port !== undefined) throw new UsageError("--stop takes --port or --all, not both");
    return { action: "stop", port, all };
  }
  if (all) throw new UsageError("--all makes sense with --stop only");
  if (database === "") throw new UsageError("--database takes a name");
  if (persist === "") throw new UsageError("--persist takes a folder");
  const mode = background ? "background" : values["no-shell"] ? "wait" : "shell";
  return { action: "start", mode, port, database, secure, persist, mark: values["detached-as"] };
}
