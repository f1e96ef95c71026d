import type { AggregateFunctions, WindowFunctions } from "./aggregate-functions.ts";
import type { DocumentFunctions, ServerFunctions } from "./document-functions.ts";
import type { AnyFunctionResult } from "./function-arguments.ts";
import type { OtherFunctions } from "./other-functions.ts";
import type { ConditionalFunctions, KeyFunctions, NumericFunctions, TimeFunctions } from "./scalar-functions.ts";
import type { TextFunctions } from "./text-functions.ts";

/** The functions that tegmen knows. */
export interface KnownFunctions
  extends
    AggregateFunctions,
    ConditionalFunctions,
    DocumentFunctions,
    KeyFunctions,
    NumericFunctions,
    ServerFunctions,
    TextFunctions,
    TimeFunctions,
    WindowFunctions {}

/** Calls any function: by its name, or as a method. */
export interface Functions extends KnownFunctions, OtherFunctions {
  /**
   * Any function, by its name in SQL: with a schema (`"crdb_internal.node_id"`), or one of your own.
   *
   * @example `func("my_function", t.balance)`
   */
  (name: string, ...args: readonly unknown[]): AnyFunctionResult<string>;
}
