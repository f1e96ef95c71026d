import { type ExecuteOptions, checkProgress } from "../../engine/progress.ts";
import { checkLimits } from "../../engine/limits.ts";
import { Result } from "../../engine/result.ts";
import { ArgumentError } from "../../errors/index.ts";
import type { Executable, NamedParameters } from "../../sql/executable.ts";
import { sourceNode } from "../../sql/from-item.ts";
import { selectedWithEntities } from "../../sql/items.ts";
import type { QueryNode } from "../../sql/nodes/query-node.ts";
import { isQuery, queryNode } from "../../sql/query.ts";
import { didYouMean } from "../../text/index.ts";
import { type EntitySource, sourceMapper } from "../entity-source.ts";
import type { Loader } from "../loading/loader.ts";
import { planLoad } from "../loading/plan.ts";
import type { Mapper } from "../mapper.ts";
import type { ColumnValues } from "../state.ts";
import { completeObjects } from "./complete.ts";
import { materialize } from "./hydration.ts";
import type { SessionCore } from "./session-core.ts";
import { isReading, isWriting } from "./statement-kind.ts";
import { planSynchronization, type SynchronizeSession } from "./synchronize.ts";

/** Options of one execution by a Session. */
export interface SessionExecuteOptions extends ExecuteOptions {
  /** Replaces the values of objects that are loaded already, also those that were changed. Default false. */
  readonly populateExisting?: boolean | undefined;
  /** Writes changes first. Default: as the Session's option. */
  readonly autoflush?: boolean | undefined;
  /**
   * How an UPDATE or DELETE of an entity keeps the loaded objects in step: `"evaluate"` finds them by the condition,
   * without the database; `"fetch"` has the statement return them; `"auto"`, the default, evaluates where that is
   * possible and fetches otherwise; false leaves them as they are.
   */
  readonly synchronizeSession?: SynchronizeSession | undefined;
}

const known: Readonly<Record<keyof SessionExecuteOptions, true>> = {
  populateExisting: true,
  autoflush: true,
  synchronizeSession: true,
  timeout: true,
  signal: true,
  onProgress: true,
};

/** What a statement gave, with objects for entities. */
export interface Executed {
  /** As the engine gave it. */
  readonly result: Result;
  /** The names of the parts of its rows, and their objects and values; undefined where there are no objects. */
  readonly parts: { readonly names: readonly string[]; readonly columns: readonly (readonly unknown[])[] } | undefined;
}

/** The only class whose objects a statement gives. */
interface OnlyEntity {
  readonly mapper: Mapper;
  readonly name: string;
}

const none: SessionExecuteOptions = {};

/** Executes a statement, and makes objects of its rows. */
export async function executeStatement(
  core: SessionCore,
  statement: Executable,
  parameters: NamedParameters | readonly NamedParameters[] | undefined,
  options: SessionExecuteOptions = none,
): Promise<Executed> {
  if (options !== none) checkOptions(options);
  const { populateExisting = false, autoflush = true, synchronizeSession = "auto", ...limits } = options;
  const plan = planLoad(statement);
  const sync = planSynchronization(core, statement, synchronizeSession);
  const sent = sync?.statement ?? plan?.statement ?? statement;
  const execution = options === none ? undefined : limits;
  let result = await core.run(
    (connection) => connection.execute(sent, parameters, execution),
    autoflush,
    isReading(sent),
  );
  sync?.apply(result);
  // What was returned was for the objects, not for the program.
  if (sync?.statement !== undefined) result = withoutRows(result);
  if (plan !== undefined) {
    const loader = populateExisting || isWriting(statement) ? new CurrentLoader(core, populateExisting) : core;
    const columns = await plan.read(result, loader);
    await completeObjects(core);
    return { result, parts: { names: plan.names, columns } };
  }
  const entity = onlyEntity(statement);
  if (entity === undefined) return { result, parts: undefined };
  const { mapper, name } = entity;
  const rows = result.all() as ColumnValues[];
  const isNewer = isWriting(statement);
  const states = materialize(core.registry, mapper, rows, { isComplete: true, populateExisting, isNewer });
  await completeObjects(core);
  return { result, parts: { names: [name], columns: [states.map((state) => state?.object ?? null)] } };
}

/** The rows of an execution as the program sees them. */
export function resultOf({ result, parts }: Executed): Result {
  if (parts === undefined) return result;
  const { names, columns } = parts;
  const rows = columns[0]!.map((_, index) => {
    const row: Record<string, unknown> = {};
    for (let part = 0; part < names.length; part++) row[names[part]!] = columns[part]![index];
    return row;
  });
  const { rowCount, statusMessage } = result;
  return new Result({ columns: names, rows, duplicate: undefined, rowCount, statusMessage });
}

function withoutRows({ rowCount, statusMessage }: Result): Result {
  return new Result({ columns: undefined, rows: [], duplicate: undefined, rowCount, statusMessage });
}

/** The class whose objects a statement gives, and nothing else. */
export function onlyEntity(statement: Executable): OnlyEntity | undefined {
  if (!isQuery(statement)) return undefined;
  let node: QueryNode = queryNode(statement);
  while (node.kind === "compound") node = node.left;
  const selected = selectedWithEntities(node.items);
  if (selected === undefined || selected.length !== 1) return undefined;
  const source = selected[0] as EntitySource;
  return { mapper: sourceMapper(source), name: source[sourceNode].name };
}

/** Whether a statement writes, so that the rows it returns are newer than what was read. */
/** Makes objects of rows that replace what was read before. */
class CurrentLoader implements Loader {
  readonly #core: SessionCore;
  readonly populateExisting: boolean;

  constructor(core: SessionCore, populateExisting: boolean) {
    this.#core = core;
    this.populateExisting = populateExisting;
  }

  execute(statement: Executable): Promise<Result> {
    return this.#core.execute(statement);
  }

  materialize(mapper: Mapper, rows: readonly ColumnValues[], isComplete: boolean): ReturnType<Loader["materialize"]> {
    const { populateExisting } = this;
    return materialize(this.#core.registry, mapper, rows, { isComplete, populateExisting, isNewer: true });
  }

  get epoch(): number {
    return this.#core.epoch;
  }

  find(...key: Parameters<Loader["find"]>): ReturnType<Loader["find"]> {
    return this.populateExisting ? undefined : this.#core.find(...key);
  }
}

function checkOptions(options: SessionExecuteOptions): void {
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(known, name)) {
      throw new ArgumentError(`an execution has no option "${name}": ${didYouMean(name, Object.keys(known))}`);
    }
  }
  checkLimits(options);
  checkProgress(options.onProgress);
}
