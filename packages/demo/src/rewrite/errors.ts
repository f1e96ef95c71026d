import type { BackendErrorFields, ErrorContext, TableView } from "./contract.ts";
import type { SqlErrorFields } from "./sql-error.ts";
import { valueRules } from "./value-errors.ts";
import { indexNameOf, lengthCheckColumn, uniqueConstraintOf } from "./translate/backend-names.ts";

const RETRY_HINT = "See: https://www.cockroachlabs.com/docs/v21.2/transaction-retry-error-reference.html";

/** One message of PostgreSQL and what CockroachDB says instead. */
export interface Rule {
  readonly code?: string;
  readonly match: RegExp;
  readonly into: (match: RegExpExecArray, fields: BackendErrorFields, context: ErrorContext) => Partial<SqlErrorFields>;
}

/**
 * The fields of an ErrorResponse as CockroachDB would send them.
 * PostgreSQL's position, routine and context are left out; its hints too, because they are not CockroachDB's.
 */
export function translateError(fields: BackendErrorFields, context: ErrorContext): SqlErrorFields {
  const plain: SqlErrorFields = { code: fields.code, message: fields.message };
  const parameter = /\bparameter \$(\d+)/.exec(fields.where ?? "")?.[1];
  if (parameter !== undefined && fields.code.startsWith("22")) return argumentError(parameter, fields);
  switch (fields.code) {
    case "40001":
    case "40P01":
      return retry(fields, context);
    case "23505":
      return uniqueViolation(fields);
    case "23001":
    case "23503":
      return foreignKeyViolation(fields, context);
    case "23514":
      return checkViolation(fields, context);
    case "23502":
      return { ...plain, message: `null value in column "${fields.column ?? ""}" violates not-null constraint` };
    case "57014":
      return {
        ...plain,
        message: fields.message.includes("statement timeout")
          ? "query execution canceled due to statement timeout"
          : "query execution canceled",
      };
    default:
  }
  for (const rule of [...VALUE_RULES, ...RULES]) {
    if (rule.code !== undefined && rule.code !== fields.code) continue;
    const match = rule.match.exec(fields.message);
    if (match) return { ...plain, ...rule.into(match, fields, context) };
  }
  return plain;
}

function retry(fields: BackendErrorFields, context: ErrorContext): SqlErrorFields {
  if (fields.message.startsWith("restart transaction"))
    return { code: "40001", message: fields.message, hint: RETRY_HINT };
  if (context.atCommit) {
    return {
      code: "40001",
      message:
        "restart transaction: TransactionRetryWithProtoRefreshError: TransactionRetryError: retry txn (RETRY_SERIALIZABLE)",
      hint: `${RETRY_HINT}#retry_serializable`,
    };
  }
  return {
    code: "40001",
    message: "restart transaction: TransactionRetryWithProtoRefreshError: WriteTooOldError: write below a newer one",
    hint: RETRY_HINT,
  };
}

// ---------------------------------------------------------------- constraints

function tableOf(fields: BackendErrorFields, context: ErrorContext): TableView | undefined {
  if (fields.table === undefined) return undefined;
  return context.catalog.relation(fields.table, fields.schema, context.searchPath);
}

function uniqueViolation(fields: BackendErrorFields): SqlErrorFields {
  const index = fields.constraint === undefined ? undefined : indexNameOf(fields.constraint);
  const constraint = index === undefined ? undefined : (uniqueConstraintOf(index) ?? index);
  const created = fields.message.startsWith("could not create unique index");
  return {
    code: "23505",
    message: created
      ? `failed to ingest index entries during backfill: duplicate key value violates unique constraint "${constraint ?? ""}"`
      : `duplicate key value violates unique constraint "${constraint ?? ""}"`,
    detail: keyDetail(fields.detail?.replace(" is duplicated.", " already exists.")),
    constraint,
  };
}

/** `Key (a)=(x) already exists.` with values as CockroachDB prints them: strings in quotes. */
function keyDetail(detail: string | undefined): string | undefined {
  const match = /^Key \((.*?)\)=\((.*)\) (already exists\.|is not present .*|is still referenced .*)$/s.exec(
    detail ?? "",
  );
  if (!match) return detail;
  const [, columns = "", values = "", rest = ""] = match;
  const shard = /^"?crdb_internal_[^,]*_shard_\d+"?, /.exec(columns)?.[0];
  if (shard !== undefined) {
    const keys = `(${columns.slice(shard.length)})=(${values.replace(/^\d+, /, "")})`;
    return keyDetail(`Key ${keys} ${rest}`);
  }
  return `Key (${columns.replaceAll('"', "")})=(${quoteValues(columns, values)}) ${rest}`;
}

function quoteValues(columns: string, values: string): string {
  const names = columns.split(", ");
  const parts = names.length === 1 ? [values] : values.split(", ");
  if (parts.length !== names.length) return values;
  return parts
    .map((value) =>
      /^(?:-?\d+(?:\.\d+)?|true|false|null)$/i.test(value) ? value.replace(/^null$/, "NULL") : `'${value}'`,
    )
    .join(", ");
}

function foreignKeyViolation(fields: BackendErrorFields, context: ErrorContext): SqlErrorFields {
  const { constraint, table = "" } = fields;
  const detail = fields.detail?.startsWith("MATCH FULL")
    ? "MATCH FULL does not allow mixing of null and nonnull key values."
    : keyDetail(fields.detail);
  const referenced = /^update or delete on table "(.*?)" violates .*? on table "(.*?)"$/.exec(fields.message);
  const verb = context.statement?.kind;
  if (referenced) {
    const action = verb === "delete" ? "delete" : "update";
    return {
      code: "23503",
      message: `${action} on table "${referenced[1]}" violates foreign key constraint "${constraint}" on table "${referenced[2]}"`,
      detail,
      constraint,
    };
  }
  const action = verb === "update" ? "update" : verb === "insert" && isUpsert(context) ? "upsert" : "insert";
  return {
    code: "23503",
    message: `${action} on table "${table}" violates foreign key constraint "${constraint}"`,
    detail,
    constraint,
  };
}

function isUpsert(context: ErrorContext): boolean {
  const node = context.statement?.node;
  return node?.kind === "insert" && (node.upsert || node.onConflict?.action === "update");
}

function checkViolation(fields: BackendErrorFields, context: ErrorContext): SqlErrorFields {
  const constraint = fields.constraint ?? "";
  const table = tableOf(fields, context);
  if (fields.message.startsWith("validation of ")) return { code: fields.code, message: fields.message };
  const column = lengthCheckColumn(constraint);
  if (column !== undefined) {
    const type = table?.columns.find((c) => c.name === column)?.displayType ?? "STRING";
    return { code: "22001", message: `value too long for type ${type}` };
  }
  if (/^check constraint .* is violated by some row$/.test(fields.message)) {
    const expression = table?.constraints.find((c) => c.name === constraint)?.plainExpression ?? "";
    return { code: "23514", message: `validation of CHECK "${expression}" failed on row` };
  }
  const expression = table?.constraints.find((c) => c.name === constraint)?.expression ?? "";
  return { code: "23514", message: `failed to satisfy CHECK constraint (${expression})`, constraint };
}

// ---------------------------------------------------------------- parameters

const INTEGER_TYPES: ReadonlySet<string> = new Set(["bigint", "integer", "smallint"]);

const ARGUMENT_TYPES: Readonly<Record<string, string>> = {
  numeric: "decimal",
  "timestamp with time zone": "timestamptz",
  "time with time zone": "timetz",
};

/** A value that was bound to a placeholder and is no text of its type. */
function argumentError(parameter: string, fields: BackendErrorFields): SqlErrorFields {
  const error = (code: string, reason: string): SqlErrorFields => ({
    code,
    message: `error in argument for $${parameter}: ${reason}`,
  });
  const range = /^value "(.*)" is out of range for type (.*)$/s.exec(fields.message);
  if (range && INTEGER_TYPES.has(range[2] ?? ""))
    return error("08P01", `strconv.ParseInt: parsing "${range[1]}": value out of range`);
  const match = /^invalid input syntax for type ([a-z ]+)(?:: "(.*)")?$/s.exec(fields.message);
  if (!match) return error(fields.code, fields.message);
  const [, type = "", text = ""] = match;
  if (INTEGER_TYPES.has(type)) return error("08P01", `strconv.ParseInt: parsing "${text}": invalid syntax`);
  if (type === "double precision" || type === "real")
    return error("08P01", `strconv.ParseFloat: parsing "${text}": invalid syntax`);
  if (type === "boolean") return error("08P01", `strconv.ParseBool: parsing "${text}": invalid syntax`);
  if (type === "json") return error("22P02", jsonReason(fields));
  return error("42601", `could not parse string "${text}" as ${ARGUMENT_TYPES[type] ?? type}`);
}

function jsonReason(fields: BackendErrorFields): string {
  const token = /^Token "(.)/.exec(fields.detail ?? "")?.[1];
  const reason = token === undefined ? "" : `: invalid character '${token}' looking for beginning of value`;
  return `could not parse JSON: unable to decode JSON${reason}`;
}

// ---------------------------------------------------------------- messages

const parseFailure = (type: string, text: string): string => {
  const go = (what: string): string => `: strconv.Parse${what}: parsing "${text}": invalid syntax`;
  switch (type) {
    case "integer":
    case "bigint":
    case "smallint":
      return `could not parse "${text}" as type int${go("Int")}`;
    case "numeric":
      return `could not parse "${text}" as type decimal`;
    case "double precision":
    case "real":
      return `could not parse "${text}" as type float${go("Float")}`;
    case "boolean":
      return `could not parse "${text}" as type bool: invalid bool value`;
    case "uuid":
      return `could not parse "${text}" as type uuid: uuid: incorrect UUID length: ${text}`;
    case "inet":
      return `could not parse "${text}" as inet. invalid IP`;
    default:
      return `could not parse "${text}" as type ${type}`;
  }
};

const RULES: readonly Rule[] = [
  {
    code: "42P17",
    match: /^generation expression is not immutable$/,
    into: () => ({ code: "0A000", message: "context-dependent operators are not allowed in computed column" }),
  },
  {
    code: "42P17",
    match: /^cannot use generated column ".*" in column generation expression$/,
    into: () => ({ code: "42601", message: "computed columns cannot reference other computed columns" }),
  },
  {
    code: "42P01",
    match: /^relation "(.*)" does not exist$/,
    into: ([, name = ""], { message }, { statement }) => {
      const call = /\b(nextval|currval|setval)\s*\(\s*'([^']*)'/i.exec(statement?.text ?? "");
      return { message: call?.[2] === name ? `${call[1]?.toLowerCase()}(): ${message}` : message };
    },
  },
  {
    code: "42701",
    match: /^column "(.*)" specified more than once$/,
    into: ([, column], { message }, { statement, catalog }) => {
      if (statement?.node.kind !== "createTable") return { message };
      const id = Math.max(51, ...[...catalog.relations()].map((relation) => relation.oid)) + 1;
      const table = statement.node.name.parts.at(-1)?.text;
      return { message: `relation "${table}" (${id}): duplicate column name: "${column}"` };
    },
  },
  {
    match: /^(nextval|setval): (.*)$/,
    into: ([, name, rest]) => ({ message: `${name}(): ${rest}` }),
  },
  {
    code: "55000",
    match: /^(lastval|currval)( of sequence ".*")? is not yet defined in this session$/,
    into: ([, name, sequence = ""]) => ({
      message: `${name}(): ${name}${sequence} is not yet defined in this session`,
    }),
  },
  {
    code: "42830",
    match: /^there is no unique constraint matching given keys for referenced table "(.*)"$/,
    into: ([, table]) => ({
      code: "23503",
      message: `there is no unique constraint matching given keys for referenced table ${table}`,
    }),
  },
  {
    code: "428C9",
    match: /^(?:cannot insert a non-DEFAULT value into column|column) "(.*?)"(?: can only be updated to DEFAULT)?$/,
    into: ([, column], { message, detail }) => {
      if (!detail?.includes("is an identity column"))
        return { code: "55000", message: `cannot write directly to computed column "${column}"` };
      return {
        message: message.startsWith("column") ? message : `cannot insert into column "${column}"`,
        detail: detail.replace(/\.$/, ""),
      };
    },
  },
  {
    code: "42P01",
    match: /^missing FROM-clause entry for table "(.*)"$/,
    into: ([, name]) => ({ message: `no data source matches prefix: ${name} in this context` }),
  },
  {
    code: "42P01",
    match: /^invalid reference to FROM-clause entry for table "(.*)"$/,
    into: ([, name]) => ({ message: `no data source matches prefix: ${name} in this context` }),
  },
  {
    code: "42703",
    match: /^column (?:reference )?"?([^"]*?)"? (?:of relation ".*" )?does not exist$/,
    into: ([, name]) => ({ message: `column "${name}" does not exist` }),
  },
  {
    code: "42703",
    match: /^column (.*) does not exist$/,
    into: ([, name = ""]) => ({ message: `column "${name.replaceAll('"', "")}" does not exist` }),
  },
  {
    code: "42883",
    match: /^function (?:[\w"]+\.)?(.*?)\((.*)\) does not exist$/,
    into: ([, name = "", args]) => unknownFunction(name, args ?? ""),
  },
  {
    code: "42883",
    match: /^operator does not exist: (.*)$/,
    into: ([, operation = ""]) => unsupportedOperator(operation),
  },
  {
    code: "42704",
    match: /^role "(.*)" does not exist$/,
    into: ([, name], _, { statement }) => noRole(name ?? "", statement?.kind),
  },
  {
    code: "42710",
    match: /^role "(.*)" already exists$/,
    into: ([, name]) => ({ message: `a role/user named ${name} already exists` }),
  },
  {
    code: "42702",
    match: /^column reference "(.*)" is ambiguous$/,
    into: ([, name], _, context) => ambiguous(name ?? "", context),
  },
  {
    code: "21000",
    match: /^ON CONFLICT DO UPDATE command cannot affect row a second time$/,
    into: () => ({ message: "UPSERT or INSERT...ON CONFLICT command cannot affect row a second time" }),
  },
  { code: "22003", match: /^bigint out of range$/, into: () => ({ message: "integer out of range" }) },
  {
    code: "22003",
    match: /^value "(.*)" is out of range for type bigint$/,
    into: () => ({ message: "numeric constant out of int64 range" }),
  },
  { code: "22003", match: /^integer out of range$/, into: () => ({ message: "integer out of range for type int4" }) },
  { code: "22003", match: /^smallint out of range$/, into: () => ({ message: "integer out of range for type int2" }) },
  {
    code: "22003",
    match: /^numeric field overflow$/,
    into: (_, { detail = "" }, { statement }) => numericOverflow(detail, statement?.kind === "update"),
  },
  {
    code: "22001",
    match: /^value too long for type character varying\((\d+)\)$/,
    into: ([, length], fields, context) => tooLong(length ?? "", fields, context),
  },
  {
    code: "22026",
    match: /^bit string length (\d+) does not match type bit\((\d+)\)$/,
    into: ([, length, wanted]) => ({ message: `bit string length ${length} does not match type BIT(${wanted})` }),
  },
  {
    code: "22P02",
    match: /^invalid input syntax for type json$/,
    into: (_, fields) => ({ message: jsonReason(fields) }),
  },
  {
    code: "22P02",
    match: /^invalid input syntax for type ([a-z ]+): "(.*)"$/s,
    into: ([, type = "", text = ""]) => ({ message: parseFailure(type, text) }),
  },
  {
    code: "22P02",
    match: /^invalid input value for enum (?:.*\.)?"?(.*?)"?: "(.*)"$/,
    into: ([, type, value]) => ({ message: `invalid input value for enum ${type}: "${value}"` }),
  },
  {
    code: "22007",
    match: /^invalid input syntax for type (date|timestamp|timestamp with time zone): "(.*)"$/,
    into: ([, type, text]) => ({
      message: `parsing as type ${type === "date" ? "date" : "timestamp"}: could not parse "${text}"`,
    }),
  },
  {
    code: "22007",
    match: /^invalid input syntax for type (time|time with time zone): "(.*)"$/,
    into: ([, , text]) => ({ code: "22P02", message: `could not parse "${text}" as type time` }),
  },
  {
    code: "22007",
    match: /^invalid input syntax for type interval: "(.*)"$/,
    into: ([, text]) => ({
      message: `could not parse "${text}" as type interval: interval: missing unit at position 0: "${text}"`,
    }),
  },
  {
    code: "55P03",
    match: /^could not obtain lock on row in relation "(.*)"$/,
    into: ([, table], _, context) => lockedRow(table ?? "", context),
  },
  {
    code: "42P18",
    match: /^could not determine data type of parameter (\$\d+)$/,
    into: ([, parameter]) => untypedPlaceholder(parameter ?? ""),
  },
  {
    match: /^(LIMIT|OFFSET) must not be negative$/,
    into: ([, word]) => ({ code: "XXUUU", message: `negative value for ${word}` }),
  },
  {
    match: /^WITH query name "(.*)" specified more than once$/,
    into: ([, name]) => ({ message: `WITH query name ${name} specified more than once` }),
  },
  {
    match: /^(?:WITH query|table) "(.*)" has (\d+) columns available but (\d+) columns specified$/,
    into: ([, name, has, wanted]) => ({
      message: `source "${name}" has ${has} columns available but ${wanted} columns specified`,
    }),
  },
  {
    match: /^window function (\w+) requires an OVER clause$/,
    into: ([, name]) => ({ message: `window function ${name}() requires an OVER clause` }),
  },
  { code: "22023", match: /^step size cannot equal zero$/, into: () => ({ message: "step cannot be 0" }) },
  {
    code: "42501",
    match: /^permission denied for (?:table|view|sequence|relation) (.*)$/,
    into: ([, name], _, context) => noPrivilege(name ?? "", context),
  },
  {
    code: "42809",
    match: /^cannot open relation "(.*)"$/,
    into: ([, name = ""], _, { database, statement }) => {
      // CockroachDB names a relation as the client did: by its name, or by its number
      const named = statement?.text.includes(`'${name}'`) === true;
      return { message: `"${named ? name : `${database}.public.${name}`}" is not a sequence`, detail: undefined };
    },
  },
  {
    code: "42501",
    match: /^permission denied to create role$/,
    into: (_, __, { user }) => ({ message: `user ${user} does not have CREATEROLE privilege` }),
  },
  {
    code: "42501",
    match: /^permission denied for (database|schema) (.*)$/,
    into: ([, kind, name], _, { user, database }) => ({
      message: `user ${user} does not have CREATE privilege on ${kind === "database" || name === "public" ? `database ${database}` : `schema ${name}`}`,
    }),
  },
  {
    code: "2BP01",
    match: /^cannot drop type (.*) because other objects depend on it$/,
    into: ([, name = ""], { detail }, context) => typeInUse(name.replace(/^.*\./, ""), detail ?? "", context),
  },
  {
    code: "42710",
    match: /^enum label "(.*)" already exists$/,
    into: ([, label]) => ({ message: `enum value "${label}" already exists` }),
  },
  {
    code: "2BP01",
    match: /^role "(.*)" cannot be dropped because some objects depend on it$/,
    into: ([, name], { detail }) => stillGranted(name ?? "", detail ?? ""),
  },
  {
    code: "42501",
    match: /^must be owner of (?:table|view|sequence|relation) (\S+)$/,
    into: ([, name], _, context) => notOwner(name ?? "", context),
  },
];

function unknownFunction(name: string, args: string): Partial<SqlErrorFields> {
  const plain = name.replaceAll('"', "");
  return !KNOWN_FUNCTIONS.has(plain)
    ? { message: `unknown function: ${plain}()` }
    : { message: `unknown signature: ${plain}(${args.split(", ").map(typeName).join(", ")})` };
}

/** Functions of both sides: PostgreSQL says the same of an unknown name and of wrong arguments. */
const KNOWN_FUNCTIONS: ReadonlySet<string> = new Set(
  `abs acos array_agg array_append array_cat array_length array_lower array_position array_prepend array_remove array_to_string
  array_upper array_to_json json_object jsonb_object row_to_json regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope
  regr_sxx regr_sxy regr_syy covar_pop covar_samp json_set jsonb_insert jsonb_exists_any json_object_agg jsonb_object_agg
  generate_subscripts pg_sleep isnan to_uuid from_uuid regexp_extract extract_duration sqrdiff sum_int xor_agg bit_and bit_or ascii asin atan atan2 avg bit_length bool_and bool_or btrim cbrt ceil ceiling char_length chr coalesce concat
  concat_ws convert_from convert_to corr cos cot count date_part date_trunc decode degrees dense_rank div encode exp
  experimental_strftime first_value floor format gen_random_uuid generate_series greatest initcap json_agg json_array_length
  json_build_array json_build_object json_each json_extract_path json_object_agg json_typeof jsonb_agg jsonb_array_length
  jsonb_build_array jsonb_build_object jsonb_each jsonb_pretty jsonb_set jsonb_typeof lag last_value lead least left length
  ln log lower lpad ltrim max md5 min mod now nth_value ntile nullif octet_length overlay pi position pow power quote_ident
  quote_literal radians random rank regexp_replace repeat replace reverse right round row_number rpad rtrim sha1 sha256 sign
  sin split_part sqrt stddev string_agg string_to_array strpos substr substring sum tan to_char to_english to_hex
  to_json to_jsonb to_timestamp translate trim trunc unnest upper variance width_bucket`.split(/\s+/),
);

const TYPE_NAMES: Readonly<Record<string, string>> = {
  bigint: "int", integer: "int", smallint: "int2", text: "string", "character varying": "varchar", numeric: "decimal",
  "double precision": "float", real: "float4", boolean: "bool", bytea: "bytes", "timestamp with time zone": "timestamptz",
  "timestamp without time zone": "timestamp", "time without time zone": "time", "time with time zone": "timetz",
}; // prettier-ignore

const typeName = (type: string): string =>
  type.endsWith("[]") ? `${typeName(type.slice(0, -2))}[]` : (TYPE_NAMES[type] ?? type);

const VALUE_RULES: readonly Rule[] = valueRules(typeName);

function unsupportedOperator(operation: string): Partial<SqlErrorFields> {
  const match = /^(.*?) ([-+*/<>=~!@#%^&|`?]+) (.*)$/.exec(operation);
  if (!match) return { code: "22023" };
  const [, left = "", operator = "", right = ""] = match;
  const comparison = ["=", "<", ">", "<=", ">=", "<>"].includes(operator);
  return {
    code: "22023",
    message: `unsupported ${comparison ? "comparison" : "binary"} operator: <${typeName(left)}> ${operator} <${typeName(right)}>`,
  };
}

function noRole(name: string, kind: string | undefined): Partial<SqlErrorFields> {
  if (kind === "grant" || kind === "grantRole")
    return { code: "XXUUU", message: `user or role ${name} does not exist` };
  return { code: "XXUUU", message: `role/user ${name} does not exist` };
}

/** Tables and views that need a type: PostgreSQL's detail has a line for each column and view. */
function typeInUse(type: string, detail: string, { catalog, database }: ErrorContext): Partial<SqlErrorFields> {
  const found = [...detail.matchAll(/^(?:\S.* of table|view|table) (\S+) depends on type /gm)].map(([, name = ""]) => {
    const [table = "", schema] = name.split(".").toReversed();
    const relation = catalog.relation(table, schema ?? "public", []);
    return `${database}.${relation?.schema ?? schema ?? "public"}.${table}`;
  });
  const objects = [...new Set(found)];
  if (objects.length === 0) return {};
  const message = `cannot drop type "${type}" because other objects ([${objects.join(" ")}]) still depend on it`;
  return { message, detail: undefined, hint: undefined };
}

/** What a role owns, or was granted: PostgreSQL's detail has a line for each object. */
function stillGranted(role: string, detail: string): Partial<SqlErrorFields> {
  const owned = [...detail.matchAll(/^owner of (.*)$/gm)].map(([line]) => line);
  if (owned.length > 0) {
    const message = `role ${role} cannot be dropped because some objects depend on it\n${owned.join("\n")}`;
    return { message, detail: undefined };
  }
  const names = [...detail.matchAll(/^privileges for \w+ (\S+)$/gm)].map(([, name]) => name);
  const places = names.length > 0 ? names.join(", ") : "other databases";
  return { message: `cannot drop role/user ${role}: grants still exist on ${places}`, detail: undefined };
}

function ambiguous(name: string, context: ErrorContext): Partial<SqlErrorFields> {
  const node = context.statement?.node;
  if (node?.kind !== "insert" || !node.onConflict) return { message: `column reference "${name}" is ambiguous` };
  const table = node.target.alias?.text ?? node.target.name.parts.at(-1)?.text ?? "";
  return { message: `column reference "${name}" is ambiguous (candidates: excluded.${name}, ${table}.${name})` };
}

/** @param bare CockroachDB names no type where an UPDATE computes the value */
function numericOverflow(detail: string, bare: boolean): Partial<SqlErrorFields> {
  const match = /precision (\d+), scale (\d+) must round to an absolute value less than (10\^\d+|1)/.exec(detail);
  if (!match) return {};
  const [, precision, scale, limit] = match;
  return {
    message: `${bare ? "" : `type DECIMAL(${precision},${scale}): `}value with precision ${precision}, scale ${scale} must round to an absolute value less than ${limit}`,
  };
}

/** PostgreSQL does not say which column: the one VARCHAR or CHAR of that length tells its own name of the type. */
function tooLong(length: string, _fields: BackendErrorFields, context: ErrorContext): Partial<SqlErrorFields> {
  const node = context.statement?.node;
  const target = node?.kind === "insert" || node?.kind === "update" ? node.target.name.parts : undefined;
  const table =
    target &&
    context.catalog.relation(
      target.at(-1)?.text ?? "",
      target.length > 1 ? target.at(-2)?.text : undefined,
      context.searchPath,
    );
  const named =
    node?.kind === "insert"
      ? node.columns?.map((name) => name.text)
      : node?.kind === "update"
        ? node.set.flatMap((s) => s.columns.map((c) => c.text))
        : undefined;
  const types = table?.columns
    .filter((column) => named === undefined || named.includes(column.name))
    .map((column) => column.displayType);
  const type = types?.find(
    (display) =>
      display === `VARCHAR(${length})` || display === `CHAR(${length})` || (length === "1" && display === "CHAR"),
  );
  return { message: `value too long for type ${type ?? `VARCHAR(${length})`}` };
}

function lockedRow(table: string, context: ErrorContext): Partial<SqlErrorFields> {
  const relation = context.catalog.relation(table, undefined, context.searchPath);
  const key = relation?.primaryKey ?? [];
  const wanted = lockedKey(context, key);
  if (wanted === undefined) return { message: `could not obtain lock on row in ${table}@primary` };
  return {
    message: `could not obtain lock on row (${key.join(",")})=(${wanted}) in ${table}@${relation?.indexes.find((i) => i.primary)?.name ?? "primary"}`,
  };
}

/** The key of a locked row, where the statement itself names it: `WHERE id = 1`. */
function lockedKey(context: ErrorContext, key: readonly string[]): string | undefined {
  const node = context.statement?.node;
  if (node?.kind !== "select" || node.body.kind !== "simple" || key.length !== 1) return undefined;
  const { where } = node.body;
  if (
    where?.kind !== "binary" ||
    where.operator !== "=" ||
    where.left.kind !== "column" ||
    where.right.kind !== "literal"
  )
    return undefined;
  return where.left.parts.at(-1)?.text === key[0] ? where.right.value : undefined;
}

const VERBS: Readonly<Record<string, string>> = {
  insert: "INSERT",
  update: "UPDATE",
  delete: "DELETE",
  truncate: "DROP",
  grant: "GRANT",
};

function noPrivilege(relation: string, { user, statement }: ErrorContext): Partial<SqlErrorFields> {
  const locks = statement?.node.kind === "select" && statement.node.locking.length > 0;
  const [, call, sequence] = /\b(nextval|setval)\s*\(\s*'([^']*)'/i.exec(statement?.text ?? "") ?? [];
  if (call !== undefined && sequence?.split(".").at(-1) === relation) {
    return { message: `${call.toLowerCase()}(): user ${user} does not have UPDATE privilege on relation ${relation}` };
  }
  const privilege = locks ? "UPDATE" : (VERBS[statement?.kind ?? ""] ?? "SELECT");
  return { message: `user ${user} does not have ${privilege} privilege on relation ${relation}` };
}

function notOwner(relation: string, { user, statement }: ErrorContext): Partial<SqlErrorFields> {
  if (statement?.kind === "alterTable")
    return { message: `must be owner of table ${relation} or have CREATE privilege on table ${relation}` };
  const privilege = statement?.kind === "drop" ? "DROP" : "CREATE";
  return { message: `user ${user} does not have ${privilege} privilege on relation ${relation}` };
}

const untypedPlaceholder = (parameter: string): Partial<SqlErrorFields> => ({
  message: `could not determine data type of placeholder ${parameter}`,
  hint: "consider adding explicit type casts to the placeholder arguments",
});
