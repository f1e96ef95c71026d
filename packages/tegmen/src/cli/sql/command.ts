import { parseArgs } from "node:util";
import { didYouMean } from "../../text/did-you-mean.ts";
import { parseUrl, type Url } from "../../url/index.ts";
import { checked, UsageError } from "../arguments.ts";
import { styled } from "../report.ts";
import { packageVersion } from "../version.ts";
import { runStream, runTexts } from "./batch.ts";
import { type Format, formats } from "./format.ts";
import { Printer } from "./printer.ts";
import { SqlSession } from "./session.ts";
import { runShell } from "./shell.ts";

const options = {
  url: { type: "string", short: "u" },
  execute: { type: "string", short: "e", multiple: true },
  format: { type: "string" },
  "allow-postgres": { type: "boolean" },
} as const;

/** What `tegmen sql` is asked to do. */
export interface SqlArguments {
  readonly url: Url;
  /** The statements of `-e`; undefined for a shell, or standard input. */
  readonly execute: readonly string[] | undefined;
  readonly format: Format | undefined;
  readonly allowPostgres: boolean;
}

/**
 * Reads the arguments of `tegmen sql`.
 *
 * @throws {UsageError} they make no sense
 * @throws {ArgumentError} the URL is not valid
 */
export function parseSqlArguments(args: readonly string[], environment: NodeJS.ProcessEnv = process.env): SqlArguments {
  const { values, positionals } = checked(options, () =>
    parseArgs({ args: [...args], options, allowPositionals: true, strict: true }),
  );
  const [positional, ...more] = positionals;
  if (more.length > 0 || (positional !== undefined && values.url !== undefined)) {
    throw new UsageError("only one URL can be given; put statements in quotes, after -e");
  }
  const { format } = values;
  if (format !== undefined && !isFormat(format)) {
    throw new UsageError(`unknown format ${JSON.stringify(format)}: ${didYouMean(format, formats)}`);
  }
  const { COCKROACHDB_URL: own, DATABASE_URL: common } = environment;
  return {
    url: parseUrl((values.url ?? positional ?? own) || common || "cockroachdb://root@localhost:26257/defaultdb"),
    execute: values.execute,
    format,
    allowPostgres: values["allow-postgres"] ?? false,
  };
}

/** `tegmen sql` */
export async function sqlCommand(args: readonly string[]): Promise<number> {
  const parsed = parseSqlArguments(args);
  return (await runSql(parsed)) ? 0 : 1;
}

/**
 * Opens a shell, or runs the statements that are given.
 *
 * @param signal ends it from outside
 * @returns whether all statements succeeded; true for a shell
 * @throws {ConnectError} no server answered
 */
export async function runSql(
  { url, execute, format, allowPostgres }: SqlArguments,
  signal?: AbortSignal,
): Promise<boolean> {
  const onTerminal = process.stdout.isTTY;
  const interactive = execute === undefined && process.stdin.isTTY && onTerminal;
  const printer = new Printer({
    format: format ?? (onTerminal ? "table" : "tsv"),
    expandWide: interactive,
    timing: interactive,
  });
  const session = await SqlSession.open({ url, allowPostgres, onNotice: (notice) => printer.notice(notice) });
  try {
    if (execute !== undefined) return await runTexts(session, printer, execute);
    if (!interactive) return await runStream(session, printer, process.stdin, signal);
    process.stdout.write(`${greeting(session)}\n\n`);
    await runShell(session, printer, signal);
    return true;
  } finally {
    await session.close();
  }
}

function greeting({ version }: SqlSession): string {
  const name = styled(process.stdout, "bold", "tegmen sql");
  const hint = styled(process.stdout, "dim", String.raw`End statements with ;  \? for help, \q to leave`);
  return `${name} ${packageVersion()}, connected to ${version}\n${hint}`;
}

function isFormat(name: string): name is Format {
  return formats.some((format) => format === name);
}
