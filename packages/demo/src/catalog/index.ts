export { versionText } from "./compatibility.ts";
export { catalogSql, loadCatalog, type RunSql } from "./load.ts";
export { backendSearchPath } from "./search-path.ts";
export { CatalogSnapshot } from "./snapshot.ts";
export { fillVirtualTable, VIRTUAL_TABLES } from "./virtual-tables.ts";
