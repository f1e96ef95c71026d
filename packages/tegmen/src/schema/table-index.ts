import { ArgumentError } from "../errors/index.ts";
import { conditionNode } from "../sql/expression.ts";
import type { ExpressionNode, OrderingNode } from "../sql/nodes/expression-node.ts";
import type { Condition, Operand } from "../sql/operand.ts";
import { orderingNodes, type OrderBy } from "../sql/ordering.ts";
import type { AnyColumn, TableColumn } from "./column.ts";
import { bucketCount, checkName, tableColumns } from "./constraint.ts";

/** What an index says. */
interface IndexFields {
  readonly name: string | undefined;
  readonly method: "btree" | "inverted" | "vector";
  readonly terms: readonly OrderingNode[];
  readonly isUnique: boolean;
  readonly stored: readonly TableColumn[];
  readonly condition: ExpressionNode | undefined;
  readonly hash: number | undefined;
  readonly isVisible: boolean;
  readonly operatorClass: string | undefined;
}

/**
 * An index. Immutable; every method returns a new one.
 *
 * SQLAlchemy: `Index`.
 */
export class Index implements IndexFields {
  readonly kind = "index";
  readonly name: string | undefined;
  readonly method: "btree" | "inverted" | "vector";
  readonly terms: readonly OrderingNode[];
  readonly isUnique: boolean;
  readonly stored: readonly TableColumn[];
  readonly condition: ExpressionNode | undefined;
  /** The number of buckets for `USING HASH`; undefined without it, 0 for the server's default. */
  readonly hash: number | undefined;
  readonly isVisible: boolean;
  readonly operatorClass: string | undefined;

  /** Made by {@link index}. */
  constructor(fields: IndexFields) {
    this.name = fields.name;
    this.method = fields.method;
    this.terms = fields.terms;
    this.isUnique = fields.isUnique;
    this.stored = fields.stored;
    this.condition = fields.condition;
    this.hash = fields.hash;
    this.isVisible = fields.isVisible;
    this.operatorClass = fields.operatorClass;
  }

  /** What the rows are found by: columns or (since CockroachDB 21.2) expressions, with a direction if not ascending. */
  on(...terms: readonly OrderBy[]): Index {
    return this.#with({ terms: orderingNodes(terms, "index().on()") });
  }

  /** `UNIQUE` */
  unique(): Index {
    return this.#with({ isUnique: true });
  }

  /** `STORING`: keeps these columns in the index, so that reading them needs no look at the table. */
  storing(...columns: readonly AnyColumn[]): Index {
    return this.#with({ stored: tableColumns(columns, "index().storing()") });
  }

  /** A partial index: it holds only the rows that meet the condition. */
  where(condition: Condition): Index {
    return this.#with({ condition: conditionNode(condition, "index().where()") });
  }

  /** `USING HASH`: spreads rows whose keys grow, such as times, over several ranges. */
  usingHash(options: { readonly bucketCount?: number } = {}): Index {
    return this.#with({ hash: bucketCount(options) });
  }

  /**
   * An inverted index (GIN), for JSONB, arrays, spatial types, TSVECTOR, and text by trigrams.
   *
   * @param column what to look into
   * @param operatorClass such as `"gin_trgm_ops"` for trigrams (since CockroachDB 22.2)
   */
  inverted(column: Operand, operatorClass?: "gin_trgm_ops" | "jsonb_ops" | "array_ops"): Index {
    if (operatorClass !== undefined && !["gin_trgm_ops", "jsonb_ops", "array_ops"].includes(operatorClass)) {
      throw new ArgumentError("inverted() knows the operator classes gin_trgm_ops, jsonb_ops and array_ops");
    }
    return this.#with({ method: "inverted", terms: orderingNodes([column], "index().inverted()"), operatorClass });
  }

  /**
   * A vector index, for the nearest neighbours (since CockroachDB 25.2).
   *
   * @param column the vectors
   * @param operatorClass the distance; default `vector_l2_ops`
   */
  vector(column: Operand, operatorClass?: "vector_l2_ops" | "vector_cosine_ops" | "vector_ip_ops"): Index {
    if (
      operatorClass !== undefined &&
      !["vector_l2_ops", "vector_cosine_ops", "vector_ip_ops"].includes(operatorClass)
    ) {
      throw new ArgumentError("vector() knows the operator classes vector_l2_ops, vector_cosine_ops, vector_ip_ops");
    }
    return this.#with({ method: "vector", terms: orderingNodes([column], "index().vector()"), operatorClass });
  }

  /** `NOT VISIBLE`: kept up to date, but not used (since CockroachDB 22.2). */
  notVisible(): Index {
    return this.#with({ isVisible: false });
  }

  #with(change: Partial<IndexFields>): Index {
    const { name, method, terms, isUnique, stored, condition, hash, isVisible, operatorClass } = this;
    const fields = { name, method, terms, isUnique, stored, condition, hash, isVisible, operatorClass };
    return new Index({ ...fields, ...change });
  }
}

/**
 * An index. Indexes are created together with their table: one by one they would take minutes on a cluster.
 *
 * @param name its name; without one the naming convention gives it
 *
 * @example `index().on(t.owner.desc()).storing(t.balance).where(t.balance.gt(0))`
 *
 * SQLAlchemy: `Index`.
 */
export function index(name?: string): Index {
  return new Index({
    name: checkName(name, "index()"),
    method: "btree",
    terms: [],
    isUnique: false,
    stored: [],
    condition: undefined,
    hash: undefined,
    isVisible: true,
    operatorClass: undefined,
  });
}
