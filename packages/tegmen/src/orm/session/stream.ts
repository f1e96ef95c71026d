import type { ConnectionStreamOptions } from "../../engine/connection.ts";
import { Result } from "../../engine/result.ts";
import { InvalidRequestError } from "../../errors/index.ts";
import type { Executable } from "../../sql/executable.ts";
import { queryNode, type Query } from "../../sql/query.ts";
import { planLoad } from "../loading/plan.ts";
import type { ColumnValues } from "../state.ts";
import { onlyEntity } from "./executor.ts";
import { materialize } from "./hydration.ts";
import type { SessionCore } from "./session-core.ts";

/** Reads rows as they come, with objects for entities. */
export async function* streamRows(
  core: SessionCore,
  statement: Executable,
  options: ConnectionStreamOptions | undefined,
): AsyncGenerator<unknown, void, undefined> {
  const plan = planLoad(statement);
  const entity = plan === undefined ? onlyEntity(statement) : undefined;
  const end = core.guard.startReading("stream()");
  try {
    const rows = await core.run(async (connection) => connection.stream(plan?.statement ?? statement, options));
    for await (const batch of rows.partitions()) {
      const { size } = core.registry.incomplete;
      if (entity !== undefined) {
        const states = materialize(core.registry, entity.mapper, batch as ColumnValues[], { isComplete: true });
        if (core.registry.incomplete.size > size) throw hasFurtherTables();
        for (const state of states) yield { [entity.name]: state?.object ?? null };
      } else if (plan === undefined) yield* batch;
      else {
        const { columns, groups } = plan.readOnly(resultOf(plan.statement, batch), core);
        if (groups.length > 0) throw loadsMore();
        if (core.registry.incomplete.size > size) throw hasFurtherTables();
        for (let row = 0; row < columns[0]!.length; row++) {
          yield Object.fromEntries(plan.names.map((name, part) => [name, columns[part]![row]]));
        }
      }
    }
  } finally {
    end();
  }
}

function resultOf(statement: Executable, rows: readonly unknown[]): Result {
  const columns = queryNode(statement as Executable & Query).columns?.map(({ name }) => name);
  const duplicate = Array.isArray(rows[0]) ? "" : undefined;
  return new Result({ columns, rows, duplicate, rowCount: rows.length, statusMessage: "" });
}

function loadsMore(): InvalidRequestError {
  return new InvalidRequestError(
    "session.stream() cannot load relations by further statements, because the connection is busy with the stream: " +
      "leave out selectinload(), or read the objects in parts with scalars()",
  );
}

function hasFurtherTables(): InvalidRequestError {
  return new InvalidRequestError(
    "session.stream() has met an object of a class with a table of its own, which it cannot read while the connection " +
      "is busy with the stream: stream that class, or read the objects in parts with scalars()",
  );
}
