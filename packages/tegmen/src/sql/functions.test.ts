import { and, func } from "./index.ts";
import { describeExpressions } from "./testing-support/cases.ts";
import { t } from "./testing-support/tables.ts";

describeExpressions("aggregates", [
  [func.count(), "count(*)"],
  [func.count(t.id), "count(accounts.id)"],
  [func.count(t.owner.distinct()), "count(DISTINCT accounts.owner)"],
  [func.sum(t.balance), "sum(accounts.balance)"],
  [func.avg(t.balance), "avg(accounts.balance)"],
  [func.avg(t.rate), "avg(accounts.rate)"],
  [func.min(t.createdAt), "min(accounts.created_at)"],
  [func.max(t.price), "max(accounts.price)"],
  [func.boolAnd(t.active), "bool_and(accounts.active)"],
  [func.boolOr(t.balance.gt(1)), "bool_or(accounts.balance > $1)", [1]],
  [func.arrayAgg(t.owner), "array_agg(accounts.owner)"],
  [func.arrayAgg(t.owner.distinct()).orderBy(t.owner), "array_agg(DISTINCT accounts.owner ORDER BY accounts.owner)"],
  [
    func.arrayAgg(t.owner).orderBy(t.balance.desc(), t.owner),
    "array_agg(accounts.owner ORDER BY accounts.balance DESC, accounts.owner)",
  ],
  [func.stringAgg(t.owner, ","), "string_agg(accounts.owner, $1::STRING)", [","]],
  [
    func.stringAgg(t.owner, ", ").orderBy(t.owner),
    "string_agg(accounts.owner, $1::STRING ORDER BY accounts.owner)",
    [", "],
  ],
  [func.jsonbAgg(t.settings), "jsonb_agg(accounts.settings)"],
  [func.jsonbObjectAgg(t.owner, t.balance), "jsonb_object_agg(accounts.owner, accounts.balance)"],
  [func.count().filter(t.active), "count(*) FILTER (WHERE accounts.active)"],
  [
    func.sum(t.balance).filter(and(t.active, t.balance.gt(1))),
    "sum(accounts.balance) FILTER (WHERE accounts.active AND accounts.balance > $1)",
    [1],
  ],
  [
    func.percentileCont(0.5).withinGroup(t.rate),
    "percentile_cont($1::FLOAT8) WITHIN GROUP (ORDER BY accounts.rate)",
    [0.5],
  ],
  [
    func.percentileDisc(0.5).withinGroup(t.balance.desc()),
    "percentile_disc($1::FLOAT8) WITHIN GROUP (ORDER BY accounts.balance DESC)",
    [0.5],
  ],
  [func.mode().withinGroup(t.region), "mode() WITHIN GROUP (ORDER BY accounts.region)"],
  [func.sum(t.balance).gt(100), "sum(accounts.balance) > $1", [100]],
  [func.sum(t.balance.plus(1)).dividedBy(2), "sum(accounts.balance + $1) / $2", [1, 2]],
]);

describeExpressions("window functions", [
  [func.rowNumber().over(), "row_number() OVER ()"],
  [func.rowNumber().over({ orderBy: t.createdAt }), "row_number() OVER (ORDER BY accounts.created_at)"],
  [
    func.rank().over({ partitionBy: t.owner, orderBy: t.balance.desc() }),
    "rank() OVER (PARTITION BY accounts.owner ORDER BY accounts.balance DESC)",
  ],
  [
    func.denseRank().over({ partitionBy: [t.owner, t.region], orderBy: [t.balance, t.id] }),
    "dense_rank() OVER (PARTITION BY accounts.owner, accounts.region ORDER BY accounts.balance, accounts.id)",
  ],
  [
    func.sum(t.balance).over({ partitionBy: t.owner, orderBy: t.createdAt, rows: [-1, 0] }),
    "sum(accounts.balance) OVER (PARTITION BY accounts.owner ORDER BY accounts.created_at ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
  ],
  [
    func.sum(t.balance).over({ orderBy: t.createdAt, rows: [null, 0] }),
    "sum(accounts.balance) OVER (ORDER BY accounts.created_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)",
  ],
  [
    func.sum(t.balance).over({ orderBy: t.createdAt, rows: [0, null] }),
    "sum(accounts.balance) OVER (ORDER BY accounts.created_at ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)",
  ],
  [
    func.sum(t.balance).over({ orderBy: t.createdAt, rows: [-2, 2] }),
    "sum(accounts.balance) OVER (ORDER BY accounts.created_at ROWS BETWEEN 2 PRECEDING AND 2 FOLLOWING)",
  ],
  [
    func.sum(t.balance).over({ orderBy: t.createdAt, range: [null, 0] }),
    "sum(accounts.balance) OVER (ORDER BY accounts.created_at RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)",
  ],
  [
    func.sum(t.balance).over({ orderBy: t.createdAt, groups: [-1, 1], exclude: "current row" }),
    "sum(accounts.balance) OVER (ORDER BY accounts.created_at GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING EXCLUDE CURRENT ROW)",
  ],
  [
    func.sum(t.balance).over({ rows: [null, null], exclude: "ties" }),
    "sum(accounts.balance) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE TIES)",
  ],
  [func.lag(t.balance).over({ orderBy: t.id }), "lag(accounts.balance) OVER (ORDER BY accounts.id)"],
  [
    func.lag(t.balance, 2, 0).over({ orderBy: t.id }),
    "lag(accounts.balance, $1::INT8, $2::INT8) OVER (ORDER BY accounts.id)",
    [2, 0],
  ],
  [
    func.lead(t.balance, 1).over({ orderBy: t.id }),
    "lead(accounts.balance, $1::INT8) OVER (ORDER BY accounts.id)",
    [1],
  ],
  [func.firstValue(t.owner).over({ orderBy: t.id }), "first_value(accounts.owner) OVER (ORDER BY accounts.id)"],
  [func.lastValue(t.owner).over({ orderBy: t.id }), "last_value(accounts.owner) OVER (ORDER BY accounts.id)"],
  [
    func.nthValue(t.owner, 2).over({ orderBy: t.id }),
    "nth_value(accounts.owner, $1::INT8) OVER (ORDER BY accounts.id)",
    [2],
  ],
  [func.ntile(4).over({ orderBy: t.id }), "ntile($1::INT8) OVER (ORDER BY accounts.id)", [4]],
  [
    func.count().filter(t.active).over({ partitionBy: t.owner }),
    "count(*) FILTER (WHERE accounts.active) OVER (PARTITION BY accounts.owner)",
  ],
  [func.percentRank().over({ orderBy: t.id }), "percent_rank() OVER (ORDER BY accounts.id)"],
  [func.cumeDist().over({ orderBy: t.id }), "cume_dist() OVER (ORDER BY accounts.id)"],
]);

describeExpressions("conditional", [
  [func.coalesce(t.limit, 0), 'coalesce(accounts."limit", $1::INT8)', [0]],
  [func.coalesce(t.limit, t.balance), 'coalesce(accounts."limit", accounts.balance)'],
  [func.coalesce(t.region, t.region, "us"), 'coalesce(accounts.region, accounts.region, $1::"region")', ["us"]],
  [func.nullif(t.balance, 0), "nullif(accounts.balance, $1::INT8)", [0]],
  [func.greatest(t.balance, t.limit, 5), 'greatest(accounts.balance, accounts."limit", $1::INT8)', [5]],
  [func.least(t.balance, 5), "least(accounts.balance, $1::INT8)", [5]],
]);

describeExpressions("text", [
  [func.lower(t.owner), "lower(accounts.owner)"],
  [func.lower("ABC"), "lower($1::STRING)", ["ABC"]],
  [func.upper(t.owner).eq("A"), "upper(accounts.owner) = $1", ["A"]],
  [func.length(t.owner), "length(accounts.owner)"],
  [func.length("abc"), "length($1::STRING)", ["abc"]],
  [func.trim(t.owner), "trim(accounts.owner)"],
  [func.btrim(t.owner, "x"), "btrim(accounts.owner, $1::STRING)", ["x"]],
  [func.lpad(t.owner, 10, "0"), "lpad(accounts.owner, $1::INT8, $2::STRING)", [10, "0"]],
  [func.left(t.owner, 3), "left(accounts.owner, $1::INT8)", [3]],
  [func.substring(t.owner, 2, 3), "substring(accounts.owner, $1::INT8, $2::INT8)", [2, 3]],
  [func.replace(t.owner, "a", "b"), "replace(accounts.owner, $1::STRING, $2::STRING)", ["a", "b"]],
  [func.splitPart(t.owner, ",", 1), "split_part(accounts.owner, $1::STRING, $2::INT8)", [",", 1]],
  [func.concat(t.owner, "-", t.owner), "concat(accounts.owner, $1::STRING, accounts.owner)", ["-"]],
  [func.concatWs(",", t.owner, "b"), "concat_ws($1::STRING, accounts.owner, $2::STRING)", [",", "b"]],
  [func.md5(t.owner), "md5(accounts.owner)"],
  [
    func.regexpReplace(t.owner, "a", "b", "g"),
    "regexp_replace(accounts.owner, $1::STRING, $2::STRING, $3::STRING)",
    ["a", "b", "g"],
  ],
  [func.similarity(t.owner, "x").gt(0.3), "similarity(accounts.owner, $1::STRING) > $2", ["x", 0.3]],
  [
    func.toTsvector("english", t.owner).matches("a"),
    "to_tsvector($1::STRING, accounts.owner) @@ $2::TSQUERY",
    ["english", "a"],
  ],
]);

describeExpressions("numbers", [
  [func.abs(t.balance), "abs(accounts.balance)"],
  [func.round(t.price, 2), "round(accounts.price, $1::INT8)", [2]],
  [func.ceil(t.rate), "ceil(accounts.rate)"],
  [func.power(t.rate, 2), "power(accounts.rate, $1::FLOAT8)", [2]],
  [func.mod(t.balance, 2), "mod(accounts.balance, $1::INT8)", [2]],
  [func.random(), "random()"],
]);

describeExpressions("times", [
  [func.now(), "now()"],
  [func.currentTimestamp(), "current_timestamp"],
  [func.currentDate(), "current_date"],
  [func.dateTrunc("day", t.createdAt), "date_trunc($1::STRING, accounts.created_at)", ["day"]],
  [func.extract("year", t.createdAt), "extract(year FROM accounts.created_at)"],
  [
    func.extract("epoch", t.createdAt.minus(t.createdAt)),
    "extract(epoch FROM accounts.created_at - accounts.created_at)",
  ],
  [func.age(func.now(), t.createdAt), "age(now(), accounts.created_at)"],
  [
    func.timestampdiff("second", t.createdAt, func.now()),
    "trunc(extract(epoch FROM (now() - accounts.created_at))::DECIMAL)",
  ],
  [
    func.timestampdiff("MINUTE", t.createdAt, func.now()),
    "trunc(extract(epoch FROM (now() - accounts.created_at))::DECIMAL / 60)",
  ],
  [
    func.timestampdiff("microsecond", t.createdAt, func.now()),
    "trunc(extract(epoch FROM (now() - accounts.created_at))::DECIMAL * 1000000)",
  ],
]);

describeExpressions("others", [
  [func.genRandomUuid(), "gen_random_uuid()"],
  [func.uniqueRowid(), "unique_rowid()"],
  [func.version(), "version()"],
  [func.currentUser(), "current_user"],
  [func.nextval("s"), "nextval($1::STRING)", ["s"]],
  [func.generateSeries(1, 10), "generate_series($1::INT8, $2::INT8)", [1, 10]],
  [func.timezone("UTC", t.createdAt), "timezone($1::STRING, accounts.created_at)", ["UTC"]],
  [func.pgTypeof(1), "pg_typeof($1::INT8)", [1]],
  [
    func("my_function", t.id, 1, "a", true, 5n),
    "my_function(accounts.id, $1::INT8, $2::STRING, $3::BOOL, $4::INT8)",
    [1, "a", true, 5n],
  ],
  [func("crdb_internal.node_id"), "crdb_internal.node_id()"],
  [func("My Function", 1.5), '"My Function"($1::FLOAT8)', [1.5]],
  [
    func("f", [1, 2], new Date(0), { a: 1 }),
    "f($1::INT8[], $2::TIMESTAMPTZ, $3::JSONB)",
    [[1, 2], new Date(0), { a: 1 }],
  ],
]);
