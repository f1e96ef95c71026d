import { ArgumentError, DataError, TransactionStateError } from "../errors/index.ts";

export function closedError(): TransactionStateError {
  return new TransactionStateError("This connection was closed and is back in the pool: take another from the engine");
}

export function attemptOver(): TransactionStateError {
  return new TransactionStateError(
    "This attempt of runTransaction is over, and what its callback still starts could end up in another transaction: " +
      "nothing was sent. Await everything that the callback begins",
  );
}

export function notConnected(): TransactionStateError {
  return new TransactionStateError("The connection to the server was lost: execute() takes a new one, defer() cannot");
}

export function endedByServer(): TransactionStateError {
  return new TransactionStateError(
    "The server has ended the transaction, so nothing more can be part of it: a schema change commits it " +
      "(autocommit_before_ddl). Run schema changes outside of runTransaction",
  );
}

export function noTransactions(): TransactionStateError {
  return new TransactionStateError('This connection has isolationLevel "AUTOCOMMIT", so it has no transactions');
}

export function notExecutable(statement: unknown): ArgumentError {
  const got = typeof statement === "string" ? "a string: write text(...) around it, or sql`...`" : typeof statement;
  return new ArgumentError(`execute() takes a statement; got ${got}`);
}

/** Errors about values that cannot be sent quote them; where values are to be hidden, they only say which it is. */
export function withoutValues<T>(compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const [which = "A parameter"] = /^(?:Parameter "[^"]*"|Value \d+ of the template)/.exec(error.message) ?? [];
    throw new DataError(`${which}: the value cannot be sent`, { hint: error.hint });
  }
}
