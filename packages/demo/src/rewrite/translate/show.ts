import type { QualifiedName, ShowNode } from "../ast.ts";
import type { LocalColumn, QueryTranslation, TableView, Translation } from "../contract.ts";
import { parseSql } from "../statements.ts";
import { notInDemo, SqlError } from "../sql-error.ts";
import type { Environment } from "./environment.ts";
import { noRelation } from "./environment.ts";
import { alterStatements, showCreate, withoutForeignKeys } from "./show-create.ts";
import { showGrants } from "./show-grants.ts";
import { required } from "./privileges.ts";
import { printName, printQualified, quoteName, quoteNullable, quoteText } from "./quote.ts";

/** An answer that is known from the catalog. */
interface Answer {
  readonly columns: readonly (readonly [name: string, type: keyof typeof OIDS])[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly tag: string;
}

/** SQL that finds an answer, and its tag without the number of rows. */
interface Question {
  readonly sql: string;
  readonly tag: string;
}

const OIDS = { text: 25, name: 19, bool: 16, int8: 20, "text[]": 1009, timestamptz: 1184, "int8[]": 1016 } as const;

const bool = (value: boolean): string => (value ? "t" : "f");

/** SHOW statements. */
export class ShowTranslator {
  readonly #env: Environment;

  constructor(env: Environment) {
    this.#env = env;
  }

  /** SHOW as a statement of its own. */
  statement(what: ShowNode): Translation {
    switch (what.kind) {
      case "variable":
        return { kind: "show", variable: what.name };
      case "clusterSetting":
        return { kind: "showClusterSetting", setting: what.name };
      case "savepointStatus":
        return { kind: "showSavepointStatus" };
      default:
    }
    const answer = this.#answer(what);
    const seen = this.#seenBy(what);
    if (seen && answer) {
      const query: QueryTranslation = {
        kind: "query",
        sql: `${this.source(what)}${seen.where}`,
        before: seen.checks.map((check) => `SELECT ${check}`),
        tag: (_, rows) => `${answer.tag} ${rows}`,
        returnsRows: true,
        isWrite: false,
      };
      return query;
    }
    if (answer) {
      const columns: LocalColumn[] = answer.columns.map(([name, type]) => ({ name, oid: OIDS[type] }));
      return { kind: "local", columns, rows: answer.rows, tag: `${answer.tag} ${answer.rows.length}` };
    }
    const { sql, tag } = this.#question(what);
    const query: QueryTranslation = {
      kind: "query",
      sql,
      tag: (_, rows) => `${tag} ${rows}`,
      returnsRows: true,
      isWrite: false,
    };
    const checked = seen ? { ...query, before: seen.checks.map((check) => `SELECT ${check}`) } : query;
    return this.#env.virtualTables.size > 0 ? { ...checked, virtualTables: [...this.#env.virtualTables] } : checked;
  }

  /** What a user other than root may see of it; undefined where it is all. */
  #seenBy(what: ShowNode): { readonly checks: readonly string[]; readonly where: string } | undefined {
    const { user } = this.#env.context;
    if (user === "root") return undefined;
    switch (what.kind) {
      case "tables": {
        // the names are the first two columns of what stands for the answer
        const where =
          " WHERE crdb_internal.demo_sees_database(pg_catalog.current_database()) AND crdb_internal.demo_sees(crdb_v.c0, crdb_v.c1)";
        const rows = this.#answer(what)?.rows.length ?? 0;
        return { checks: [], where: rows > 0 ? where : "" };
      }
      case "create":
      case "columns":
      case "indexes":
      case "constraints": {
        const table = this.#env.relation(what.table);
        if (!table) return undefined;
        const sees = `crdb_internal.demo_sees(${quoteText(table.schema)}, ${quoteText(table.name)})`;
        return { checks: [required(sees, `user ${user} has no privileges on relation ${table.name}`)], where: "" };
      }
      case "users":
      case "roles": {
        const message = `user ${user} does not have SELECT privilege on relation users`;
        return { checks: [required("crdb_internal.is_admin()", message)], where: "" };
      }
      default:
        return undefined;
    }
  }

  /** SHOW as a source: `[SHOW TABLES]`. */
  source(what: ShowNode): string {
    if (what.kind === "variable") {
      this.#env.virtualTables.add("session_variables");
      return `SELECT value AS ${quoteName(what.name)} FROM crdb_internal.session_variables WHERE variable = ${quoteText(what.name)}`;
    }
    if (what.kind === "clusterSetting" || what.kind === "savepointStatus")
      throw notInDemo("SHOW of this kind in brackets");
    const answer = this.#answer(what);
    if (!answer) return this.#question(what).sql;
    const casts = answer.columns.map(([name, type], i) => `crdb_v.c${i}::${type} AS ${quoteName(name)}`).join(", ");
    const names = answer.columns.map((_, i) => `c${i}`).join(", ");
    const rows = answer.rows.map((row) => `(${row.map((value) => quoteNullable(value)).join(", ")})`);
    const none = `(${answer.columns.map(() => "NULL").join(", ")})`;
    const values = rows.length > 0 ? rows.join(", ") : none;
    return `SELECT ${casts} FROM (VALUES ${values}) AS crdb_v (${names})${rows.length > 0 ? "" : " WHERE false"}`;
  }

  // ---------------------------------------------------------------- from the catalog

  #answer(what: ShowNode): Answer | undefined {
    switch (what.kind) {
      case "tables":
        return this.#tables(what);
      case "columns":
        return this.#columns(this.#table(what.table), what.withComment);
      case "indexes":
        return this.#indexes(this.#table(what.table), what.withComment);
      case "constraints":
        return this.#constraints(this.#table(what.table));
      case "create": {
        const table = this.#table(what.table);
        const columns = [
          ["table_name", "text"],
          ["create_statement", "text"],
        ] as const;
        return { columns, rows: [[printName(table.name), showCreate(table)]], tag: "SHOW CREATE" };
      }
      case "createAll": {
        const tables = [...this.#env.context.catalog.relations()];
        const keys = tables.flatMap((table) => {
          const { alter, validate } = alterStatements(table);
          return [alter, validate];
        });
        const rows = [
          ...tables.map((table) => withoutForeignKeys(table)),
          ...keys.flatMap((lists, i) => (i % 2 === 0 ? lists : [])),
          ...keys.flatMap((lists, i) => (i % 2 === 1 ? lists : [])),
        ];
        return {
          columns: [["create_statement", "text"]],
          rows: rows.map((text) => [`${text};`]),
          tag: "SHOW CREATE ALL TABLES",
        };
      }
      case "databaseIndexes":
        this.#requireDatabase(what.database.text);
        return this.#indexesOf(
          this.#relations().filter((t) => t.kind === "table"),
          what.withComment,
          "SHOW INDEXES FROM DATABASE",
        );
      case "partitions":
        this.#table(what.table);
        return {
          columns: [
            "database_name", "table_name", "partition_name", "parent_partition", "column_names", "index_name", "partition_value", "zone_config",
            "full_zone_config",
          ].map((name) => [name, "text"] as const), // prettier-ignore
          rows: [],
          tag: "SHOW PARTITIONS",
        };
      case "regions":
        return {
          columns: [
            ["database", "text"],
            ["region", "text"],
            ["primary", "bool"],
            ["zones", "text[]"],
          ],
          rows: [],
          tag: "SHOW REGIONS",
        };
      case "survivalGoal":
        return {
          columns: [
            ["database", "text"],
            ["survival_goal", "text"],
          ],
          rows: [[this.#env.context.database, null]],
          tag: "SHOW SURVIVAL GOAL",
        };
      case "schemas":
        this.#requireDatabase(what.database?.text);
        return {
          columns: [
            ["schema_name", "name"],
            ["owner", "name"],
          ],
          rows: this.#env.context.catalog.schemas().map(({ name, owner }) => [name, owner ?? null]),
          tag: "SHOW SCHEMAS",
        };
      case "sequences":
        this.#requireDatabase(what.database?.text);
        return {
          columns: [
            ["sequence_schema", "text"],
            ["sequence_name", "text"],
          ],
          rows: this.#relations()
            .filter((t) => t.kind === "sequence")
            .map((t) => [t.schema, t.name]),
          tag: "SHOW SCHEMAS",
        };
      case "enums":
      case "types":
        return {
          columns: [
            ["schema", "name"],
            ["name", "text"],
            ["values", "text[]"],
            ["owner", "text"],
          ],
          rows: this.#env.context.catalog.enums().map((e) => [e.schema, e.name, arrayText(e.values), e.owner]),
          tag: "SHOW ENUMS",
        };
      case "syntax":
        return this.#syntax(what.text);
      default:
        return undefined;
    }
  }

  #requireDatabase(database: string | undefined): void {
    if (database === undefined || database === this.#env.context.database) return;
    if (this.#env.context.databases?.includes(database)) throw notInDemo("SHOW about another database");
    throw new SqlError({ code: "3F000", message: "target database or schema does not exist" });
  }

  #table(name: QualifiedName): TableView {
    const table = this.#env.relation(name);
    if (!table) throw noRelation(printQualified(name));
    return table;
  }

  #relations(): TableView[] {
    return [...this.#env.context.catalog.relations()].sort(
      (a, b) => compare(a.schema, b.schema) || compare(a.name, b.name),
    );
  }

  #tables(what: Extract<ShowNode, { kind: "tables" }>): Answer {
    const { catalog, database } = this.#env.context;
    let schema = what.schema?.text;
    if (what.database && what.database.text !== database) throw notInDemo("SHOW TABLES FROM another database");
    if (schema !== undefined && !what.database && schema === database && !catalog.hasSchema(schema)) schema = undefined;
    if (schema !== undefined && !catalog.hasSchema(schema)) {
      throw new SqlError({ code: "3F000", message: "target database or schema does not exist" });
    }
    const found = this.#relations().filter((table) => schema === undefined || table.schema === schema);
    const columns: Answer["columns"] = [
      ["schema_name", "name"], ["table_name", "name"], ["type", "text"], ["owner", "name"], ["estimated_row_count", "int8"], ["locality", "text"],
      ...(what.withComment ? [["comment", "text"] as const] : []),
    ]; // prettier-ignore
    const rows = found.map((table) => {
      const row = [table.schema, table.name, table.kind, table.owner, "0", null];
      return what.withComment ? [...row, table.comment ?? ""] : row;
    });
    return { columns, rows, tag: "SHOW TABLES" };
  }

  #columns(table: TableView, withComment: boolean): Answer {
    const columns: Answer["columns"] = [
      ["column_name", "text"], ["data_type", "text"], ["is_nullable", "bool"], ["column_default", "text"],
      ["generation_expression", "text"], ["indices", "text[]"], ["is_hidden", "bool"], ...(withComment ? [["comment", "text"] as const] : []),
    ]; // prettier-ignore
    const rows = table.columns.map((column) => {
      const indices = table.indexes.filter((index) => covers(table, index, column.name)).map((index) => index.name);
      const row = [
        column.name, column.displayType, bool(column.nullable), column.default ?? null, column.computed?.plainExpression ?? "",
        arrayText(indices.sort()), bool(column.hidden),
      ]; // prettier-ignore
      return withComment ? [...row, column.comment ?? null] : row;
    });
    return { columns, rows, tag: "SHOW COLUMNS" };
  }

  #indexes(table: TableView, withComment: boolean): Answer {
    return this.#indexesOf([table], withComment, "SHOW INDEXES FROM TABLE");
  }

  #indexesOf(tables: readonly TableView[], withComment: boolean, tag: string): Answer {
    const columns: Answer["columns"] = [
      ["table_name", "text"], ["index_name", "text"], ["non_unique", "bool"], ["seq_in_index", "int8"], ["column_name", "text"],
      ["direction", "text"], ["storing", "bool"], ["implicit", "bool"], ...(withComment ? [["comment", "text"] as const] : []),
    ]; // prettier-ignore
    const indexes = tables.flatMap((table) => table.indexes.map((index) => ({ table, index })));
    const rows = indexes
      .sort((a, b) => compare(a.table.name, b.table.name) || compare(a.index.name, b.index.name))
      .flatMap(({ table, index }) => {
        const parts = indexParts(table, index);
        return parts.map((part, i) => {
          const row = [
            table.name, index.name, bool(!index.unique), String(i + 1), part.column, part.direction, bool(part.storing), bool(part.implicit),
          ]; // prettier-ignore
          return withComment ? [...row, index.comment ?? null] : row;
        });
      });
    return { columns, rows, tag };
  }

  #constraints(table: TableView): Answer {
    const columns = [
      ["table_name", "name"],
      ["constraint_name", "name"],
      ["constraint_type", "text"],
      ["details", "text"],
      ["validated", "bool"],
    ] as const;
    const rows: string[][] = [];
    const hidden = new Set(table.columns.filter((column) => column.hidden).map((column) => column.name));
    for (const index of table.indexes) {
      const parts = index.columns
        .map((column, i) => `${printName(column ?? "")} ${index.directions[i] ?? "ASC"}`)
        .join(", ");
      const onlyHidden = index.columns.every((column) => column !== undefined && hidden.has(column));
      if (index.primary && !onlyHidden)
        rows.push([table.name, index.name, "PRIMARY KEY", `PRIMARY KEY (${parts})`, "t"]);
      else if (index.unique && !index.primary) {
        const where = index.plainPredicate === undefined ? "" : ` WHERE (${index.plainPredicate})`;
        rows.push([table.name, index.name, "UNIQUE", `UNIQUE (${parts})${where}`, "t"]);
      }
    }
    for (const constraint of table.constraints) {
      if (constraint.kind === "check") {
        const valid = constraint.validated ? "" : " NOT VALID";
        rows.push([
          table.name,
          constraint.name,
          "CHECK",
          `CHECK ((${constraint.plainExpression ?? ""}))${valid}`,
          bool(constraint.validated),
        ]);
        continue;
      }
      if (constraint.kind === "unique") {
        const where = constraint.plainExpression === undefined ? "" : ` WHERE (${constraint.plainExpression})`;
        const details = `UNIQUE WITHOUT INDEX (${constraint.columns.map((name) => printName(name)).join(", ")})${where}`;
        rows.push([table.name, constraint.name, "UNIQUE", details, "t"]);
        continue;
      }
      const target = (constraint.references ?? "").replace(/^public\./, "");
      const list = (names: readonly string[]): string => names.map((name) => printName(name)).join(", ");
      const valid = constraint.validated ? "" : " NOT VALID";
      const details = `FOREIGN KEY (${list(constraint.columns)}) REFERENCES ${target}(${list(constraint.referencedColumns)})${constraint.actions}${valid}`;
      rows.push([table.name, constraint.name, "FOREIGN KEY", details, bool(constraint.validated)]);
    }
    rows.sort((a, b) => compare(a[1] ?? "", b[1] ?? ""));
    return { columns, rows, tag: "SHOW CONSTRAINTS" };
  }

  #syntax(text: string): Answer {
    const columns = [
      ["field", "text"],
      ["message", "text"],
    ] as const;
    try {
      const rows = parseSql(text).map((statement) => ["sql", statement.text]);
      return { columns, rows, tag: "SHOW SYNTAX" };
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      const fields: readonly (readonly [string, string])[] = [
        ["error", error.message], ["code", error.code], ["file", "parse.go"], ["line", "0"], ["function", "Parse"], ["detail", error.detail ?? ""],
      ]; // prettier-ignore
      return { columns, rows: fields, tag: "SHOW SYNTAX" };
    }
  }

  // ---------------------------------------------------------------- by SQL

  #question(what: ShowNode): Question {
    switch (what.kind) {
      case "databases": {
        this.#env.virtualTables.add("databases");
        const comment = what.withComment ? ", comment" : "";
        const seen = this.#env.context.user === "root" ? "" : " WHERE crdb_internal.demo_sees_database(database_name)";
        return {
          sql: `SELECT database_name, owner::name, NULL::text AS primary_region, '{}'::text[] AS regions, NULL::text AS survival_goal${comment} FROM crdb_internal.databases${seen} ORDER BY database_name`,
          tag: "SHOW DATABASES",
        };
      }
      case "users":
      case "roles":
        return {
          sql: `SELECT username, options, member_of FROM crdb_internal.demo_roles ORDER BY username`,
          tag: what.kind === "users" ? "SHOW USERS" : "SHOW ROLES",
        };
      case "all":
        this.#env.virtualTables.add("session_variables");
        return {
          sql: "SELECT variable, value FROM crdb_internal.session_variables WHERE NOT hidden ORDER BY variable",
          tag: "SHOW",
        };
      case "clusterSettings":
        this.#env.virtualTables.add("cluster_settings");
        return {
          sql: "SELECT variable, value, setting_type, public, description FROM crdb_internal.cluster_settings ORDER BY variable",
          tag: "SHOW",
        };
      case "queries":
        this.#env.virtualTables.add("cluster_queries");
        return { sql: "SELECT * FROM crdb_internal.cluster_queries", tag: "SHOW CLUSTER QUERIES" };
      case "sessions":
        this.#env.virtualTables.add("cluster_sessions");
        return { sql: "SELECT * FROM crdb_internal.cluster_sessions", tag: "SHOW CLUSTER SESSIONS" };
      case "grantsOnRole":
        return { sql: this.#grantsOnRole(what), tag: "SHOW GRANTS ON ROLE" };
      case "grants":
        return { sql: showGrants(what, this.#env), tag: "SHOW GRANTS" };
      case "refused":
        throw notInDemo(what.what);
      default:
        throw notInDemo("SHOW");
    }
  }

  #grantsOnRole(what: Extract<ShowNode, { kind: "grantsOnRole" }>): string {
    const list = (names: readonly { readonly text: string }[]): string =>
      names.map((name) => quoteText(name.text)).join(", ");
    const conditions: string[] = [];
    if (what.roles.length > 0) conditions.push(`role_name IN (${list(what.roles)})`);
    if (what.for.length > 0) conditions.push(`member IN (${list(what.for)})`);
    const where = conditions.length > 0 ? ` WHERE ${conditions.join(" AND ")}` : "";
    return `SELECT role_name, member, is_admin FROM crdb_internal.demo_role_members${where} ORDER BY 1, 2, 3`;
  }
}

/** One line of SHOW INDEXES. */
interface IndexPart {
  readonly column: string;
  readonly direction: string;
  readonly storing: boolean;
  readonly implicit: boolean;
}

// Every secondary index ends with the primary key's columns.
function indexParts(table: TableView, index: TableView["indexes"][number]): IndexPart[] {
  const parts: IndexPart[] = index.columns.map((column, i) => ({
    column: column ?? "crdb_internal_idx_expr",
    direction: index.directions[i] ?? "ASC",
    storing: false,
    implicit: index.buckets !== undefined && i === 0,
  }));
  for (const column of index.storing) parts.push({ column, direction: "N/A", storing: true, implicit: false });
  if (!index.primary) {
    for (const column of table.primaryKey) {
      if (!index.columns.includes(column)) parts.push({ column, direction: "ASC", storing: false, implicit: true });
    }
  }
  return parts;
}

const covers = (table: TableView, index: TableView["indexes"][number], column: string): boolean =>
  index.columns.includes(column) ||
  index.storing.includes(column) ||
  (!index.primary && table.primaryKey.includes(column));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A text array in PostgreSQL's text format. */
export function arrayText(items: readonly string[]): string {
  const quoted = items.map((item) =>
    /^[^\s{}",\\]+$/.test(item) && item.toLowerCase() !== "null" ? item : `"${item.replaceAll(/["\\]/g, "\\$&")}"`,
  );
  return `{${quoted.join(",")}}`;
}
