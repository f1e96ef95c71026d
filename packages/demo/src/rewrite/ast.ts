/** The syntax tree: only as rich as translating needs; every node knows its place in the statement's text. */

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** An identifier with its place; `quoted` ones keep their case. */
export interface Name extends Span {
  readonly text: string;
  readonly quoted: boolean;
}

/** `a`, `s.a`, `d.s.a` */
export interface QualifiedName extends Span {
  readonly parts: readonly Name[];
}

/** A type as written: `STRING(3)[]`, `DECIMAL(4,2)`, `s.color`. */
export interface TypeName extends Span {
  /** Lower case, without schema for built-in ones: `string`, `timestamp with time zone`, `double precision`. */
  readonly name: string;
  readonly qualified: QualifiedName | undefined;
  readonly modifiers: readonly number[];
  /** Where the modifiers' parentheses are. */
  readonly array: boolean;
  readonly collation: string | undefined;
  /** Of an interval, as PostgreSQL writes them: `DAY TO SECOND(2)`. */
  readonly fields?: string | undefined;
}

export type Expr = Span &
  (
    | { readonly kind: "literal"; readonly type: LiteralType; readonly value: string }
    | { readonly kind: "placeholder"; readonly index: number }
    | { readonly kind: "column"; readonly parts: readonly Name[]; readonly star: boolean }
    | CallParts
    | { readonly kind: "unary"; readonly operator: string; readonly operatorSpan: Span; readonly operand: Expr }
    | {
        readonly kind: "binary";
        readonly operator: string;
        readonly operatorSpan: Span;
        readonly left: Expr;
        readonly right: Expr;
        /** `= ANY (...)` */
        readonly quantifier: "any" | "all" | undefined;
      }
    | {
        readonly kind: "cast";
        readonly style: "::" | ":::" | "cast" | "annotate" | "prefix";
        readonly operand: Expr;
        readonly type: TypeName;
        readonly operatorSpan: Span;
      }
    | {
        readonly kind: "case";
        readonly subject: Expr | undefined;
        readonly branches: readonly { readonly when: Expr; readonly result: Expr }[];
        readonly otherwise: Expr | undefined;
      }
    | { readonly kind: "array"; readonly items: readonly Expr[]; readonly select: SelectNode | undefined }
    | {
        readonly kind: "index";
        readonly operand: Expr;
        readonly subscripts: readonly Expr[];
        /** `[1:2]` */
        readonly slice?: boolean;
      }
    | {
        readonly kind: "field";
        readonly operand: Expr;
        readonly name: Name | undefined;
        readonly position: number | undefined;
      }
    | {
        readonly kind: "tuple";
        readonly items: readonly Expr[];
        readonly labels: readonly Name[] | undefined;
        readonly row: boolean;
      }
    | { readonly kind: "paren"; readonly operand: Expr }
    | { readonly kind: "subquery"; readonly select: SelectNode; readonly exists: boolean }
    | { readonly kind: "in"; readonly not: boolean; readonly operand: Expr; readonly right: Expr }
    | {
        readonly kind: "between";
        readonly not: boolean;
        readonly symmetric: boolean;
        readonly operand: Expr;
        readonly low: Expr;
        readonly high: Expr;
      }
    | { readonly kind: "is"; readonly test: string; readonly operand: Expr; readonly types: readonly TypeName[] }
    | { readonly kind: "collate"; readonly operand: Expr; readonly collation: Name }
    | { readonly kind: "special"; readonly name: string; readonly args: readonly Expr[] }
  );

export type LiteralType = "integer" | "float" | "string" | "bytes" | "bits" | "null" | "true" | "false" | "default";

export interface CallParts extends Span {
  readonly kind: "call";
  readonly name: QualifiedName;
  readonly args: readonly Expr[];
  readonly star: boolean;
  readonly distinct: boolean;
  readonly orderBy: readonly OrderItem[];
  readonly withinGroup: readonly OrderItem[];
  readonly filter: Expr | undefined;
  readonly over: WindowSpec | Name | undefined;
  /** False for `current_user` and the like, written without parentheses. */
  readonly parentheses: boolean;
}

export interface WindowSpec extends Span {
  readonly partitionBy: readonly Expr[];
  readonly orderBy: readonly OrderItem[];
  readonly bounds: readonly Expr[];
}

export interface OrderItem extends Span {
  readonly expr: Expr | undefined;
  /** ORDER BY PRIMARY KEY t, ORDER BY INDEX t@i */
  readonly index: { readonly table: QualifiedName; readonly index: Name | undefined } | undefined;
  readonly descending: boolean;
  readonly nulls: "first" | "last" | undefined;
}

export interface SelectItem extends Span {
  readonly expr: Expr;
  readonly alias: Name | undefined;
}

export interface Cte extends Span {
  readonly name: Name;
  readonly columns: readonly Name[];
  readonly statement: StatementNode;
}

export interface WithClause extends Span {
  readonly recursive: boolean;
  readonly ctes: readonly Cte[];
}

/** `t@i`, `t@{FORCE_INDEX=i,ASC}` */
export interface IndexHint extends Span {
  readonly index: Name | undefined;
  readonly indexId: number | undefined;
}

export type FromItem = Span &
  (
    | {
        readonly kind: "table";
        readonly name: QualifiedName;
        readonly only: boolean;
        readonly hint: IndexHint | undefined;
        readonly alias: Name | undefined;
        readonly columns: readonly Name[];
        readonly ordinality: Span | undefined;
      }
    | {
        /** (SELECT ...), [SHOW ...], ROWS FROM, functions */
        readonly kind: "subquery";
        readonly lateral: boolean;
        readonly statement: StatementNode;
        readonly bracketed: boolean;
        readonly alias: Name | undefined;
        readonly columns: readonly Name[];
        readonly ordinality: Span | undefined;
      }
    | {
        readonly kind: "function";
        readonly lateral: boolean;
        readonly calls: readonly Expr[];
        readonly rowsFrom: boolean;
        readonly alias: Name | undefined;
        readonly columns: readonly Name[];
        readonly ordinality: Span | undefined;
      }
    | {
        readonly kind: "join";
        readonly left: FromItem;
        readonly right: FromItem;
        readonly natural: boolean;
        readonly using: readonly Name[] | undefined;
        readonly on: Expr | undefined;
        /** LOOKUP, MERGE, HASH, INVERTED: dropped. */
        readonly strategy: Span | undefined;
      }
    | { readonly kind: "paren"; readonly item: FromItem; readonly alias: Name | undefined }
  );

export interface LockingClause extends Span {
  readonly strength: string;
  readonly of: readonly QualifiedName[];
  readonly wait: "nowait" | "skip locked" | undefined;
}

/** The body of a SELECT without ORDER BY and LIMIT. */
export type SelectBody = Span &
  (
    | {
        readonly kind: "simple";
        readonly distinct: boolean;
        readonly distinctOn: readonly Expr[];
        readonly items: readonly SelectItem[];
        readonly from: readonly FromItem[];
        readonly asOf: (Span & { readonly expr: Expr }) | undefined;
        readonly where: Expr | undefined;
        readonly groupBy: readonly Expr[];
        readonly having: Expr | undefined;
        readonly windows: readonly { readonly name: Name; readonly spec: WindowSpec }[];
      }
    | { readonly kind: "values"; readonly rows: readonly (Span & { readonly items: readonly Expr[] })[] }
    | { readonly kind: "table"; readonly name: QualifiedName; readonly hint: IndexHint | undefined }
    | { readonly kind: "set"; readonly operator: string; readonly left: SelectNode; readonly right: SelectNode }
    | { readonly kind: "nested"; readonly select: SelectNode }
  );

export interface SelectNode extends Span {
  readonly kind: "select";
  readonly with: WithClause | undefined;
  readonly body: SelectBody;
  readonly orderBy: readonly OrderItem[];
  readonly limit: Expr | undefined;
  readonly offset: Expr | undefined;
  readonly locking: readonly LockingClause[];
}

export interface Returning extends Span {
  /** RETURNING NOTHING */
  readonly nothing: boolean;
  readonly items: readonly SelectItem[];
}

export interface TargetTable extends Span {
  readonly name: QualifiedName;
  readonly hint: IndexHint | undefined;
  readonly alias: Name | undefined;
}

/** `a = 1` or `(a, b) = (1, 2)` */
export interface Assignment extends Span {
  readonly columns: readonly Name[];
  readonly tuple: boolean;
  readonly value: Expr;
}

export interface InsertNode extends Span {
  readonly kind: "insert";
  readonly upsert: boolean;
  /** The word INSERT or UPSERT. */
  readonly verb: Span;
  readonly with: WithClause | undefined;
  readonly target: TargetTable;
  readonly columns: readonly Name[] | undefined;
  /** Undefined for DEFAULT VALUES. */
  readonly source: SelectNode | undefined;
  /** Where the source, or DEFAULT VALUES, is. */
  readonly sourceSpan: Span;
  readonly onConflict:
    | (Span & {
        readonly columns: readonly Name[];
        readonly where: Expr | undefined;
        readonly action: "nothing" | "update";
        readonly set: readonly Assignment[];
        readonly updateWhere: Expr | undefined;
      })
    | undefined;
  readonly returning: Returning | undefined;
}

export interface UpdateNode extends Span {
  readonly kind: "update";
  readonly with: WithClause | undefined;
  readonly target: TargetTable;
  readonly set: readonly Assignment[];
  readonly from: readonly FromItem[];
  readonly where: (Span & { readonly expr: Expr }) | undefined;
  readonly orderBy: readonly OrderItem[];
  readonly limit: Expr | undefined;
  readonly offset: Expr | undefined;
  /** ORDER BY and LIMIT together. */
  readonly limitSpan: Span | undefined;
  readonly returning: Returning | undefined;
}

export interface DeleteNode extends Span {
  readonly kind: "delete";
  readonly with: WithClause | undefined;
  readonly target: TargetTable;
  readonly where: (Span & { readonly expr: Expr }) | undefined;
  readonly orderBy: readonly OrderItem[];
  readonly limit: Expr | undefined;
  readonly offset: Expr | undefined;
  readonly limitSpan: Span | undefined;
  readonly returning: Returning | undefined;
}

// ---------------------------------------------------------------- DDL

export type ReferenceAction = "no action" | "restrict" | "cascade" | "set null" | "set default";

export interface References {
  readonly table: QualifiedName;
  readonly columns: readonly Name[];
  readonly match: "full" | "partial" | "simple" | undefined;
  readonly onDelete: ReferenceAction | undefined;
  readonly onUpdate: ReferenceAction | undefined;
}

/** GENERATED ... AS IDENTITY; `options`: those of its sequence, `START 5 INCREMENT 2`. */
export interface IdentityClause {
  readonly always: boolean;
  readonly options: string;
}

export interface ColumnDefinition extends Span {
  readonly name: Name;
  readonly type: TypeName | undefined;
  readonly notNull: boolean;
  readonly explicitNull: boolean;
  readonly notVisible: boolean;
  readonly default: Expr | undefined;
  readonly computed: { readonly expr: Expr; readonly stored: boolean } | undefined;
  readonly onUpdate: Expr | undefined;
  readonly identity: IdentityClause | undefined;
  /** `hash`: the number of buckets of USING HASH. */
  readonly primaryKey: { readonly name: Name | undefined; readonly hash: Expr | undefined } | undefined;
  readonly unique: { readonly name: Name | undefined; readonly withoutIndex: boolean } | undefined;
  readonly checks: readonly { readonly name: Name | undefined; readonly expr: Expr }[];
  readonly references: (References & { readonly name: Name | undefined }) | undefined;
  /** `create`: CREATE [IF NOT EXISTS] FAMILY. */
  readonly family:
    | { readonly name: Name | undefined; readonly create: boolean; readonly ifNotExists: boolean }
    | undefined;
}

export interface IndexElement extends Span {
  readonly column: Name | undefined;
  readonly expr: Expr | undefined;
  readonly descending: boolean;
  /** As written: ASC or DESC. */
  readonly direction: "ASC" | "DESC" | undefined;
  readonly opclass: string | undefined;
}

export interface IndexDefinition {
  readonly name: Name | undefined;
  readonly unique: boolean;
  readonly inverted: boolean;
  readonly elements: readonly IndexElement[];
  readonly hashBuckets: Expr | undefined;
  readonly storing: readonly Name[];
  readonly where: Expr | undefined;
}

export type TableConstraint = Span &
  (
    | { readonly kind: "primaryKey"; readonly name: Name | undefined; readonly index: IndexDefinition }
    | {
        readonly kind: "unique";
        readonly name: Name | undefined;
        readonly index: IndexDefinition;
        readonly withoutIndex: boolean;
      }
    | { readonly kind: "check"; readonly name: Name | undefined; readonly expr: Expr }
    | {
        readonly kind: "foreignKey";
        readonly name: Name | undefined;
        readonly columns: readonly Name[];
        readonly references: References;
      }
  );

export interface FamilyDefinition {
  readonly name: Name | undefined;
  readonly columns: readonly Name[];
}

export interface CreateTableNode extends Span {
  readonly kind: "createTable";
  readonly name: QualifiedName;
  readonly ifNotExists: boolean;
  readonly temporary: boolean;
  readonly columns: readonly ColumnDefinition[];
  readonly constraints: readonly TableConstraint[];
  readonly indexes: readonly (Span & IndexDefinition)[];
  readonly families: readonly FamilyDefinition[];
  /** The names of storage parameters, WITH (fillfactor = 70). */
  readonly storage: readonly string[];
  readonly unlogged: boolean;
  readonly likes: readonly LikeTable[];
  /** CREATE TABLE ... AS; `columns`, without types, and `constraints` may say more. */
  readonly as: SelectNode | undefined;
  /** Recognised and refused: PARTITION BY, INTERLEAVE, LOCALITY. */
  readonly refused: "partition" | "interleave" | "locality" | undefined;
}

/** `LIKE t INCLUDING DEFAULTS EXCLUDING INDEXES` among the elements of a table. */
export interface LikeTable extends Span {
  readonly table: QualifiedName;
  readonly options: readonly { readonly including: boolean; readonly what: string }[];
}

export type AlterAction =
  | { readonly kind: "addColumn"; readonly ifNotExists: boolean; readonly column: ColumnDefinition }
  | { readonly kind: "dropColumn"; readonly ifExists: boolean; readonly name: Name; readonly cascade: boolean }
  | { readonly kind: "renameColumn"; readonly from: Name; readonly to: Name }
  | { readonly kind: "renameTo"; readonly name: QualifiedName }
  | { readonly kind: "renameConstraint"; readonly from: Name; readonly to: Name }
  | { readonly kind: "addConstraint"; readonly constraint: TableConstraint; readonly notValid: boolean }
  | { readonly kind: "dropConstraint"; readonly ifExists: boolean; readonly name: Name; readonly cascade: boolean }
  | { readonly kind: "validateConstraint"; readonly name: Name }
  | { readonly kind: "setDefault"; readonly column: Name; readonly expr: Expr | undefined }
  | { readonly kind: "setOnUpdate"; readonly column: Name; readonly expr: Expr | undefined }
  | { readonly kind: "setNotNull"; readonly column: Name; readonly notNull: boolean }
  | { readonly kind: "dropStored"; readonly column: Name }
  | { readonly kind: "setType"; readonly column: Name; readonly type: TypeName; readonly using: Expr | undefined }
  | { readonly kind: "alterPrimaryKey"; readonly index: IndexDefinition }
  | { readonly kind: "setVisible"; readonly column: Name; readonly visible: boolean }
  | { readonly kind: "sequenceOptions"; readonly options: Span }
  | { readonly kind: "setSchema"; readonly schema: Name }
  | { readonly kind: "owner"; readonly role: Name }
  | { readonly kind: "refused"; readonly what: string };

export type SimpleNode =
  | { readonly kind: "begin"; readonly modes: ModesNode }
  | { readonly kind: "commit" }
  | { readonly kind: "rollback" }
  | { readonly kind: "savepoint"; readonly name: string }
  | { readonly kind: "release"; readonly name: string }
  | { readonly kind: "rollbackTo"; readonly name: string }
  | { readonly kind: "setTransaction"; readonly modes: ModesNode }
  | {
      readonly kind: "set";
      readonly variable: string;
      readonly values: readonly Expr[] | undefined;
      readonly local: boolean;
    }
  | { readonly kind: "use"; readonly database: string }
  | { readonly kind: "discard" }
  | { readonly kind: "setClusterSetting"; readonly setting: string; readonly value: Expr | undefined }
  | { readonly kind: "show"; readonly what: ShowNode }
  | { readonly kind: "createDatabase"; readonly name: string; readonly ifNotExists: boolean }
  | {
      readonly kind: "dropDatabase";
      readonly name: string;
      readonly ifExists: boolean;
      readonly behavior: "restrict" | "cascade" | undefined;
    }
  | { readonly kind: "renameDatabase"; readonly from: string; readonly to: string }
  | {
      readonly kind: "cancel";
      readonly what: "queries" | "sessions";
      readonly ifExists: boolean;
      readonly single: boolean;
      readonly source: Expr | SelectNode;
    }
  | { readonly kind: "ownDatabase"; readonly database: string; readonly role: Name }
  | CreateTableNode
  | {
      readonly kind: "createIndex";
      readonly ifNotExists: boolean;
      readonly table: QualifiedName;
      readonly index: IndexDefinition;
    }
  | {
      readonly kind: "createView";
      readonly name: QualifiedName;
      readonly replace: boolean;
      readonly ifNotExists: boolean;
      readonly materialized: boolean;
      readonly temporary: boolean;
      readonly columns: readonly Name[];
      readonly select: SelectNode;
    }
  | {
      readonly kind: "createSequence";
      readonly name: QualifiedName;
      readonly ifNotExists: boolean;
      readonly rest: Span;
    }
  | {
      readonly kind: "createSchema";
      readonly name: Name | undefined;
      readonly ifNotExists: boolean;
      readonly owner: Name | undefined;
    }
  | {
      readonly kind: "createEnum";
      readonly name: QualifiedName;
      readonly ifNotExists: boolean;
      readonly values: readonly string[];
    }
  | { readonly kind: "alterEnum"; readonly name: QualifiedName; readonly rest: Span }
  | {
      readonly kind: "alterTable";
      readonly name: QualifiedName;
      readonly ifExists: boolean;
      readonly object: string;
      readonly actions: readonly AlterAction[];
    }
  | { readonly kind: "alterIndex"; readonly index: IndexName; readonly ifExists: boolean; readonly to: Name }
  | {
      readonly kind: "drop";
      readonly object: "table" | "view" | "materialized view" | "sequence" | "schema" | "type";
      readonly ifExists: boolean;
      readonly names: readonly QualifiedName[];
      readonly behavior: "restrict" | "cascade" | undefined;
    }
  | {
      readonly kind: "dropIndex";
      readonly ifExists: boolean;
      readonly indexes: readonly IndexName[];
      readonly behavior: "restrict" | "cascade" | undefined;
    }
  | {
      readonly kind: "truncate";
      readonly names: readonly QualifiedName[];
      readonly behavior: "restrict" | "cascade" | undefined;
    }
  | {
      readonly kind: "comment";
      readonly object: string;
      readonly name: QualifiedName;
      readonly index: IndexName | undefined;
      readonly text: Expr;
    }
  | {
      readonly kind: "role";
      readonly verb: "create" | "alter";
      readonly name: Expr;
      readonly user: boolean;
      readonly guard: boolean;
      readonly options: readonly RoleOption[];
    }
  | { readonly kind: "dropRole"; readonly names: readonly Expr[]; readonly ifExists: boolean }
  | {
      readonly kind: "grant";
      readonly revoke: boolean;
      readonly privileges: readonly string[];
      readonly object: "table" | "database" | "schema" | "type";
      readonly names: readonly QualifiedName[];
      readonly allTables: boolean;
      readonly roles: readonly Name[];
    }
  | {
      readonly kind: "grantRole";
      readonly revoke: boolean;
      readonly granted: readonly Name[];
      readonly roles: readonly Name[];
      readonly admin: boolean;
    }
  | {
      readonly kind: "prepare";
      readonly name: Name;
      readonly types: readonly TypeName[];
      readonly statement: StatementNode;
    }
  | { readonly kind: "execute"; readonly name: Name; readonly args: readonly Expr[] }
  | { readonly kind: "deallocate"; readonly name: Name | undefined }
  | {
      readonly kind: "copyFrom";
      readonly table: QualifiedName;
      readonly columns: readonly Name[];
      readonly csv: boolean;
      readonly delimiter: string | undefined;
      readonly nullText: string | undefined;
    }
  | { readonly kind: "refreshView"; readonly name: QualifiedName; readonly concurrently: boolean }
  /** Recognised, and refused by name. */
  | { readonly kind: "refused"; readonly what: string };

export interface ModesNode {
  readonly isolation: "SERIALIZABLE" | "READ COMMITTED" | undefined;
  readonly priority: "low" | "normal" | "high" | undefined;
  readonly readOnly: boolean | undefined;
  readonly deferrable: boolean | undefined;
  readonly asOf: Expr | undefined;
}

export interface IndexName extends Span {
  readonly table: QualifiedName | undefined;
  readonly index: Name;
}

export interface RoleOption {
  readonly name: string;
  readonly value: Expr | undefined;
}

export type ShowNode =
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "all" }
  | { readonly kind: "clusterSetting"; readonly name: string }
  | { readonly kind: "clusterSettings" }
  | { readonly kind: "savepointStatus" }
  | {
      readonly kind: "tables";
      readonly database: Name | undefined;
      readonly schema: Name | undefined;
      readonly withComment: boolean;
    }
  | { readonly kind: "databases"; readonly withComment: boolean }
  | { readonly kind: "createAll" }
  | { readonly kind: "databaseIndexes"; readonly database: Name; readonly withComment: boolean }
  | { readonly kind: "partitions"; readonly table: QualifiedName }
  | { readonly kind: "regions" | "survivalGoal" }
  | { readonly kind: "schemas"; readonly database: Name | undefined }
  | { readonly kind: "sequences"; readonly database: Name | undefined }
  | { readonly kind: "enums" | "types" | "users" | "roles" | "sessions" | "queries" }
  | {
      readonly kind: "columns" | "indexes" | "constraints" | "create";
      readonly table: QualifiedName;
      readonly withComment: boolean;
    }
  | {
      readonly kind: "grants";
      readonly on: readonly QualifiedName[];
      readonly object: string | undefined;
      readonly for: readonly Name[];
    }
  | { readonly kind: "grantsOnRole"; readonly roles: readonly Name[]; readonly for: readonly Name[] }
  | { readonly kind: "syntax"; readonly text: string }
  | { readonly kind: "refused"; readonly what: string };

export type StatementNode = Span & (SelectNode | InsertNode | UpdateNode | DeleteNode | (Span & SimpleNode));
