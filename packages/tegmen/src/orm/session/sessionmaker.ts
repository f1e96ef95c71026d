import { Connection } from "../../engine/connection.ts";
import { Engine } from "../../engine/engine.ts";
import { ArgumentError, describeValue } from "../../errors/index.ts";
import { type Transactor, transactorOf } from "../../transaction/transactor.ts";
import { type SessionEventName, type SessionListener, SessionListeners } from "./events.ts";
import { checkSessionOptions, type SessionOptions } from "./options.ts";
import { coreOf, Session } from "./session.ts";
import type { SessionBind } from "./session-connection.ts";
import { sourceOfSessionmaker } from "./transaction-source.ts";

/** Makes Sessions on one engine with the same options. SQLAlchemy: `sessionmaker`. */
export interface SessionMaker extends Transactor<Session> {
  /**
   * Makes a Session.
   *
   * @param options before those of the sessionmaker
   *
   * @example `await using session = Session();`
   */
  (options?: SessionOptions): Session;
  /**
   * Runs work in a Session of its own, which is closed in every case. What it has not committed is rolled back.
   *
   * @returns what the work returns
   */
  run<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** As {@link run}, in a transaction: committed at the end, rolled back when the work throws. */
  begin<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /**
   * Listens to all its Sessions.
   *
   * @returns a function that ends it
   */
  on<N extends SessionEventName>(name: N, listener: SessionListener<Session, N>): () => void;
  /** Where its Sessions get their connections. */
  readonly bind: SessionBind;
}

/**
 * Makes a {@link SessionMaker}: one for a program, as the engine.
 *
 * @param bind an engine, or a connection
 * @param options those of the Sessions
 * @throws {ArgumentError} an option does not exist
 *
 * @example
 * ```ts
 * const Session = sessionmaker(engine);
 * await Session.begin(async (session) => {
 *   session.add(new Account({ balance: 100 }));
 * });
 * ```
 *
 * SQLAlchemy: `sessionmaker`, `async_sessionmaker`.
 */
export function sessionmaker(bind: SessionBind, options: SessionOptions = {}): SessionMaker {
  if (!(bind instanceof Engine || bind instanceof Connection)) {
    throw new ArgumentError(`sessionmaker() expects an engine or a connection, got ${describeValue(bind)}`);
  }
  checkSessionOptions(options);
  const listeners = new SessionListeners();
  const make = (own?: SessionOptions): Session =>
    new Session(bind, own === undefined ? options : { ...options, ...own }, listeners);
  const run = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    const session = make();
    try {
      return await work(session);
    } finally {
      await session[Symbol.asyncDispose]();
    }
  };
  return Object.assign(make, {
    bind,
    [transactorOf]: sourceOfSessionmaker(bind, options.executionOptions, () => {
      const session = make();
      return { session, core: coreOf(session) };
    }),
    run,
    begin: <T>(work: (session: Session) => Promise<T>): Promise<T> =>
      run((session) => session.begin(() => work(session))),
    on: <N extends SessionEventName>(name: N, listener: SessionListener<Session, N>): (() => void) =>
      listeners.add(name, listener),
  });
}
