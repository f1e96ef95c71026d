export { ChainTransaction } from "./chain-transaction.ts";
export type { RetryEvent, RunTransactionOptions } from "./options.ts";
export { runTransaction, type TransactionWork } from "./run-transaction.ts";
export type { Transactor } from "./transactor.ts";
