import { chmod, chown, mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { programIn } from "./binaries.ts";
import { copyTree, isFolder } from "./copy-tree.ts";
import { BackendError } from "./errors.ts";
import { temporaryRoot } from "./folders.ts";
import { NOTE_PREFIX, settle, shortHash, type Installation } from "./installation.ts";
import { doOnce } from "./lock.ts";
import { PID_FILE } from "./reaper.ts";
import { runToEnd } from "./run-as.ts";
import { openServerFolder } from "./server-folder.ts";
import { demoSettings, settingsFile } from "./settings.ts";
import { LOG_SEGMENT_MEGABYTES, removeOldLog } from "./write-ahead-log.ts";

/** Counts up when the way a template is made changes, so that older ones are not used. */
const LAYOUT = 2;

/** A template that no server was started from for this long (14 days, in milliseconds) is removed. */
const UNUSED_AFTER = 14 * 24 * 60 * 60 * 1000;

/** What a builder that died has left is removed after this long (1 hour, in milliseconds). */
const ABANDONED_AFTER = 60 * 60 * 1000;

/** What a template data folder holds besides what initdb makes. */
export interface TemplateContent {
  readonly superuser: string;
  /** Run in one of the databases, of which the others are copies then. */
  readonly sql?: string;
  /** The databases that have it; those that do not exist are created. */
  readonly databases?: readonly string[];
}

/** The database that others are made from, which is there from the beginning and stays. */
const TEMPLATE_DATABASE = "template1";

const EXISTING: readonly string[] = [TEMPLATE_DATABASE, "postgres"];

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;

function initdbArguments(installation: Installation, content: TemplateContent, target: string): string[] {
  // Text compares by bytes and changes its case by Unicode's rules, as in CockroachDB.
  const locale =
    installation.major >= 17
      ? ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
      : ["--locale=C", ...(process.platform === "linux" ? ["--lc-ctype=C.UTF-8"] : [])];
  return [
    `--pgdata=${target}`,
    `--username=${content.superuser}`,
    "--auth=trust",
    "--encoding=UTF8",
    "--no-sync",
    "--no-instructions",
    `--wal-segsize=${LOG_SEGMENT_MEGABYTES}`,
    ...locale,
    ...(installation.major >= 18 ? ["--no-data-checksums"] : []),
  ];
}

/**
 * Runs SQL in a data folder that no server has open, as the superuser.
 *
 * @param statements - each is a transaction of its own; it may hold several statements
 * @throws BackendError with the server's message if a statement fails.
 */
export async function runSingleUser(
  installation: Installation,
  data: string,
  database: string,
  statements: readonly string[],
): Promise<void> {
  // In this mode a statement ends at a semicolon before an empty line, wherever that is; a blank
  // between the two keeps a text together.
  const whole = (sql: string): string => sql.replaceAll("\r\n", "\n").replaceAll(/;(?=\n\n)/g, "; ");
  const input = statements.map((sql) => `${whole(sql)}\n;\n\n`).join("");
  const { code, output } = await runToEnd(
    installation.way,
    programIn(installation.folder, "postgres"),
    ["--single", "-j", "-D", data, "-c", "exit_on_error=on", "-c", "log_min_messages=error", database],
    { environment: installation.environment, input },
  );
  if (code === 0) return;
  const message = /(?:ERROR|FATAL|PANIC): +(.*)/.exec(output)?.[1] ?? `postgres --single ended with code ${code}`;
  throw new BackendError(`Preparing database "${database}" failed: ${message}`, { output });
}

async function initialise(installation: Installation, content: TemplateContent, target: string): Promise<void> {
  const { code, output } = await runToEnd(
    installation.way,
    programIn(installation.folder, "initdb"),
    initdbArguments(installation, content, target),
    { environment: installation.environment },
  );
  if (code !== 0) {
    const message = /(?:error|FATAL): +(.*)/.exec(output)?.[1] ?? output.trim();
    throw new BackendError(`initdb of PostgreSQL ${installation.version} failed: ${message}`, { output });
  }
  await writeFile(join(target, "postgresql.conf"), settingsFile(demoSettings(installation.major)));
  // A third of the files to copy at each start, and of no use to the demo cluster.
  const begin = ["UPDATE pg_database SET datistemplate = false WHERE datname = 'template0'", "DROP DATABASE template0"];
  const { sql, databases = EXISTING } = content;
  const first = databases.includes(TEMPLATE_DATABASE) ? TEMPLATE_DATABASE : databases[0];
  if (first === undefined || first === TEMPLATE_DATABASE) {
    await runSingleUser(installation, target, TEMPLATE_DATABASE, [
      ...begin,
      ...fill(TEMPLATE_DATABASE, sql, databases),
    ]);
  } else {
    if (!EXISTING.includes(first)) begin.push(createDatabase(first, TEMPLATE_DATABASE));
    await runSingleUser(installation, target, TEMPLATE_DATABASE, begin);
    await runSingleUser(installation, target, first, fill(first, sql, databases));
  }
  await removeOldLog(target);
}

/** The files of a database are copied as they are: nothing of it goes through the log. */
function createDatabase(name: string, template: string): string {
  return `CREATE DATABASE ${quote(name)} TEMPLATE ${quote(template)} STRATEGY file_copy`;
}

/** Runs the SQL in the first database and makes the others from it: quicker than to run it in each. */
function fill(first: string, sql: string | undefined, databases: readonly string[]): string[] {
  const others = databases.filter((name) => name !== first);
  return [
    ...(sql === undefined ? [] : [sql]),
    ...others.flatMap((name) => [
      ...(EXISTING.includes(name) ? [`DROP DATABASE ${quote(name)}`] : []),
      createDatabase(name, first),
    ]),
  ];
}

/** Removes templates that have not been used for long, and what builders that died have left. */
async function prune(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (!["template-", "lock-", NOTE_PREFIX].some((prefix) => name.startsWith(prefix))) continue;
    const path = join(cache, name);
    const used = (await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now();
    const limit = name.includes(".") ? ABANDONED_AFTER : UNUSED_AFTER;
    if (Date.now() - used > limit) await rm(path, { recursive: true, force: true });
  }
}

/** Makes the template at `place`, at once complete or not at all. */
async function build(installation: Installation, content: TemplateContent, place: string): Promise<void> {
  const { owner } = installation.way;
  const building = await mkdtemp(`${place}.`);
  const built = join(building, "data");
  try {
    if (owner === undefined) {
      await initialise(installation, content, built);
    } else {
      // The server's user cannot write to the cache: root brings the template there.
      const folder = await openServerFolder(await temporaryRoot(), PID_FILE, "QUIT");
      try {
        await chmod(folder.path, 0o711);
        const own = join(folder.path, "template");
        await mkdir(own, { mode: 0o700 });
        await chown(own, owner.uid, owner.gid);
        await initialise(installation, content, join(own, "data"));
        await copyTree(join(own, "data"), built);
      } finally {
        await folder.remove();
      }
    }
    await settle(built, place);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
}

/**
 * The folder with a freshly initialised database cluster, to be copied for each server. It is made
 * once per PostgreSQL version and content and kept in the cache.
 *
 * @param cache - the folder in which templates are kept
 * @throws BackendError if initdb or the content's SQL fails.
 */
export async function templateFolder(
  installation: Installation,
  content: TemplateContent,
  cache: string,
): Promise<string> {
  const key = shortHash(
    JSON.stringify([
      LAYOUT,
      installation.version,
      process.arch,
      initdbArguments(installation, content, ""),
      demoSettings(installation.major),
      content.sql ?? null,
      content.databases ?? null,
    ]),
  );
  const place = join(cache, `template-${installation.major}-${key}`);
  if (!(await isFolder(place))) {
    await doOnce(
      join(cache, `lock-${key}`),
      () => isFolder(place),
      async () => {
        await prune(cache);
        await build(installation, content, place);
      },
    );
  }
  const now = new Date();
  // A cache that cannot be written to serves as well.
  await utimes(place, now, now).catch(() => undefined);
  return place;
}
