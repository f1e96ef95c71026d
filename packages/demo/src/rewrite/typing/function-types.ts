import { BOOL, BYTES, DECIMAL, FLOAT, INT, JSONB, plainType, STRING, type ValueType } from "./value-type.ts";

const names = (text: string, type: ValueType): [string, ValueType][] =>
  text
    .trim()
    .split(/\s+/)
    .map((name): [string, ValueType] => [name, type]);

/** Functions whose result is of one type, whatever the arguments. */
export const RESULT_TYPES: ReadonlyMap<string, ValueType> = new Map([
  ...names(
    `length char_length character_length octet_length bit_length strpos ascii count count_rows row_number rank dense_rank
    unique_rowid array_length array_lower array_upper array_position nextval currval lastval setval fnv32 fnv32a fnv64 fnv64a
    crc32c crc32ieee json_array_length jsonb_array_length extract_duration generate_subscripts sum_int ntile`,
    INT,
  ),
  ...names(
    `lower upper initcap btrim ltrim rtrim lpad rpad repeat reverse replace regexp_replace translate
    concat concat_ws md5 sha1 sha224 sha256 sha384 sha512 to_hex to_english encode split_part chr version current_database
    current_user current_schema session_user quote_ident quote_literal quote_nullable format_type array_to_string
    json_typeof jsonb_typeof string_agg concat_agg regexp_extract pg_get_expr json_extract_path_text from_uuid
    jsonb_extract_path_text current_setting jsonb_pretty experimental_strftime`,
    STRING,
  ),
  ...names("decode convert_to uuid_v4 to_uuid", BYTES),
  ...names(
    "to_json to_jsonb json_build_object jsonb_build_object json_build_array jsonb_build_array json_agg jsonb_agg row_to_json array_to_json json_object_agg jsonb_object_agg json_object jsonb_object json_set jsonb_set json_strip_nulls jsonb_strip_nulls json_extract_path jsonb_extract_path",
    JSONB,
  ),
  ...names("random pi radians degrees sin cos tan asin acos atan atan2", FLOAT),
  ...names(
    "bool_and bool_or every isnan pg_table_is_visible has_table_privilege starts_with pg_sleep inet_same_family inet_contained_by_or_equals",
    BOOL,
  ),
  ...names("gen_random_uuid uuid_generate_v4", plainType("uuid")),
  ...names("statement_timestamp clock_timestamp", plainType("timestamptz")),
  ...names("current_date", plainType("date")),
  ...names("cluster_logical_timestamp", DECIMAL),
  ...names("age", plainType("interval")),
  ...names("masklen family", INT),
  ...names("host abbrev", STRING),
]);

/** Functions whose result is of the type of their first argument. */
export const SAME_AS_ARGUMENT: ReadonlySet<string> = new Set([
  "abs", "min", "max", "floor", "ceil", "ceiling", "trunc", "lag", "lead", "first_value", "last_value", "nth_value",
  "round", "array_append", "array_remove", "array_replace", "array_cat", "sqrt", "cbrt", "ln", "exp",
]); // prettier-ignore

/** Functions of FLOAT and DECIMAL alike: an integer, even a constant, fits neither better than the other. */
export const NOT_FOR_INTEGERS: ReadonlySet<string> = new Set(["sqrt", "cbrt", "ln", "log", "exp", "round"]);
