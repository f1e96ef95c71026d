import { type Engine, type Executable, type MetaData, select, sql } from "tegmen";
import { type Session, sessionmaker, type SessionOptions } from "tegmen/orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDatabase, type TestDatabase } from "../../support/server.ts";

/** A statement as it was sent. */
export interface Sent {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** Statements with the same number were started without waiting for each other. */
  readonly turn: number;
}

/** What a case of the acceptance suite works with. What it writes is rolled back at its end. */
export interface Bench {
  readonly session: Session;
  readonly engine: Engine;
  /** Adds the objects and flushes. */
  readonly save: (...objects: readonly object[]) => Promise<void>;
  /** Flushes, and returns the statements that wrote something. */
  readonly flush: () => Promise<readonly string[]>;
  /** The statements since the last call. */
  readonly sent: () => readonly Sent[];
  /** Their SQL. */
  readonly statements: () => readonly string[];
  /** The rows of a table, by its primary key, read beside the Session. */
  readonly rows: (table: object) => Promise<readonly Record<string, unknown>[]>;
}

/** How the cases of a file are written. */
export type Cases = (name: string, work: (bench: Bench) => Promise<void>, options?: SessionOptions) => void;

/**
 * Creates the tables before the cases of a file, and drops them with their database.
 *
 * @param setup statements to run after that
 */
export function casesOn(metadata: MetaData, setup: readonly Executable[] = []): Cases {
  let database: TestDatabase;
  let engine: Engine;
  let sent: Sent[] = [];
  let turn = 0;
  let inTurn = false;
  beforeAll(async () => {
    database = await openDatabase();
    engine = database.engine({ poolSize: 2 });
    await metadata.createAll(engine);
    for (const statement of setup) await engine.execute(statement);
    engine.on("beforeExecute", ({ sql: text, parameters }) => {
      if (!inTurn) {
        turn++;
        inTurn = true;
        setImmediate(() => (inTurn = false));
      }
      sent.push({
        sql: text ?? "",
        parameters: Array.isArray(parameters) ? (parameters as readonly unknown[]) : [],
        turn,
      });
    });
  });
  afterAll(() => database.drop());
  return (name, work, options) => {
    test(name, async () => {
      expect.hasAssertions();
      await using session = sessionmaker(engine, { autoflush: false, ...options })();
      const take = (): readonly Sent[] => {
        const taken = sent;
        sent = [];
        turn = 0;
        return taken;
      };
      take();
      const bench: Bench = {
        session,
        engine,
        sent: take,
        save: async (...objects) => {
          session.addAll(objects);
          await session.flush();
          take();
        },
        flush: async () => {
          take();
          await session.flush();
          return sent.map((one) => one.sql).filter((text) => !text.startsWith("SELECT"));
        },
        statements: () => take().map((one) => one.sql),
        rows: async (table) => {
          const before = sent;
          const result = await session.execute(select(...columnsOf(table)));
          sent = before;
          return (result.all() as Record<string, unknown>[]).toSorted((a, b) =>
            compare(Object.values(a), Object.values(b)),
          );
        },
      };
      await work(bench);
    });
  };
}

/** The columns of a table or an entity: a Session reads rows of them as they are, not as objects. */
function columnsOf(table: object): readonly never[] {
  return Object.values((table as { readonly c: object }).c) as never[];
}

function compare(a: readonly unknown[], b: readonly unknown[]): number {
  for (let index = 0; index < a.length; index++) {
    const [left, right] = [String(a[index]), String(b[index])];
    const [one, other] = [Number(left), Number(right)];
    if (left === right) continue;
    if (!Number.isNaN(one) && !Number.isNaN(other)) return one - other;
    return left < right ? -1 : 1;
  }
  return 0;
}

/** How many turns statements took. */
export function turnsOf(statements: readonly Sent[]): number {
  return new Set(statements.map(({ turn }) => turn)).size;
}

export { expect, sql };
