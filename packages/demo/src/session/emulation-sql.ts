import { backendSearchPath, fillVirtualTable, loadCatalog, versionText } from "../catalog/index.ts";
import { parseSql, translate, translateError } from "../rewrite/index.ts";
import type { SqlSide } from "./sql-side.ts";

/** The emulation's own SQL side. */
export const emulationSql: SqlSide = {
  parse: parseSql,
  translate,
  translateError,
  backendSearchPath,
  loadCatalog,
  fillVirtualTable,
};

/** What the emulation calls itself on a PostgreSQL of this version. */
export const emulationVersion: (postgresVersion: string) => string = versionText;
