import type { AnyExpression } from "./expressions.ts";
import type { FunctionCall } from "./function-call.ts";
import type { Operand } from "./operand.ts";

/** An argument that is text. */
export type Text<S = unknown> = string | Operand<unknown, S, "text">;

/** An argument that is an integer. */
export type Int<S = unknown> = number | Operand<unknown, S, "numeric">;

/** The families of numbers. */
export type Numeric = "numeric" | "float";

/** A call of a function of which only the name is known. */
export type AnyFunctionResult<K extends string> = AnyExpression<null, K> & FunctionCall<unknown, null, K, "other">;
