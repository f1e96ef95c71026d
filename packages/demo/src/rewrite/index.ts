export type * from "./contract.ts";
export { CACHE_VARIABLES } from "./contract.ts";
export { notInDemo, SqlError, unimplemented } from "./sql-error.ts";
export { parseSql } from "./statements.ts";
export { translate } from "./translate/translate.ts";
export { translateError } from "./errors.ts";
