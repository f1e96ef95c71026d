import { DatabaseError, DataError, IntegrityError } from "../../errors/index.ts";
import type { InstanceState } from "../state.ts";
import { describeStates } from "./describe-state.ts";
import type { Step } from "./step.ts";
import type { Unit } from "./unit.ts";

type ErrorClass = new (message: string, options: object) => DatabaseError;

/**
 * The same error, saying which objects it is about: of the same class, with the server's as its cause. Errors that are
 * not about values are left as they are.
 */
export function withObjects(unit: Unit, step: Step, error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error;
  if (!(error instanceof IntegrityError) && !(error instanceof DataError)) return error;
  const { hideParameters } = unit.input;
  const culprits = culpritsOf(step.states, error);
  const [message = ""] = error.message.split("\n", 1);
  const { code, severity, detail, hint, schema, table, column, dataType, constraint, position, sql, parameters } =
    error;
  const Class = error.constructor as ErrorClass;
  const named = new Class(`${message} (in ${step.verb} ${describeStates(culprits, hideParameters)})`, {
    code,
    severity,
    detail,
    hint,
    schema,
    table,
    column,
    dataType,
    constraint,
    position,
    sql,
    parameters,
    hideParameters: sql !== undefined && parameters === undefined,
    connectionInvalidated: error.connectionInvalidated,
    cause: error,
  });
  return named;
}

/** The objects whose values the server names: `Key (email, region)=(a@b.c, eu) already exists.` */
function culpritsOf(states: readonly InstanceState[], { detail }: DatabaseError): readonly InstanceState[] {
  const found = /\(([^()]+)\)\s*=\s*\((.*)\)/s.exec(detail ?? "");
  if (found === null || states.length < 2) return states;
  const [, names = "", values = ""] = found;
  const { mapper } = states[0]!;
  const columns = names.split(",").map((name) => {
    const bare = name.trim().replaceAll('"', "");
    return [...mapper.columns.values()].find((column) => column.name === bare);
  });
  const guilty = states.filter((state) => {
    const shown = columns.map((column) => {
      const value = column === undefined ? undefined : state.values[column.key];
      if (value === undefined || value === null || column === undefined) return undefined;
      return (column.type.encode as (value: unknown) => string)(value);
    });
    const text = shown.join(",");
    return (
      shown.every((one) => one !== undefined) && values.replaceAll(/['"\s]/g, "") === text.replaceAll(/['"\s]/g, "")
    );
  });
  return guilty.length > 0 ? guilty : states;
}
