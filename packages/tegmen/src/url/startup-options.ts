import { ArgumentError } from "../errors/index.ts";

/** What the `options` of a connection URL say. */
export interface StartupOptions {
  /** The name after `--cluster=`, by which CockroachDB Cloud routes clients that send no SNI. */
  readonly clusterName: string | undefined;
  /** Session variables by name. */
  readonly variables: Readonly<Record<string, string>>;
}

const assignment = /^([A-Za-z_][\w.-]*)=([^]*)$/;

/**
 * Reads the `options` of a connection URL as the server does: `-c name=value`, `-cname=value` and `--name=value`,
 * separated by white space; a backslash keeps the character after it.
 *
 * @throws {ArgumentError} for anything else
 */
export function parseStartupOptions(options: string): StartupOptions {
  const words = splitWords(options);
  const variables: Record<string, string> = Object.create(null) as Record<string, string>;
  let clusterName: string | undefined;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    let setting: string | undefined;
    if (word === "-c") setting = words[++index] ?? "";
    else if (word.startsWith("--")) setting = word.slice(2);
    else if (word.startsWith("-c")) setting = word.slice(2);
    const match = setting === undefined ? null : assignment.exec(setting);
    if (match === null) {
      throw new ArgumentError(
        "options of the connection URL cannot be read: expected -c name=value or --name=value, with a backslash before white space in a value",
      );
    }
    const [, name = "", value = ""] = match;
    if (name === "cluster") clusterName = value;
    else variables[name.toLowerCase().replaceAll("-", "_")] = value;
  }
  return { clusterName, variables: Object.freeze(variables) };
}

function splitWords(text: string): readonly string[] {
  return [...text.matchAll(/(?:\\[^]|[^\s\\])+\\?/g)].map(([word]) => word.replaceAll(/\\([^])/g, "$1"));
}
