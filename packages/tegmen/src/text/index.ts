export { didYouMean, nearest } from "./did-you-mean.ts";
export type { NamedParameters } from "./named-parameters.ts";
export { parseNamedParameters } from "./named-parameters.ts";
export { alwaysQuoteIdentifier, quoteIdentifier, quoteLiteral } from "./quote.ts";
export type { TransactionStatement } from "./statements.ts";
export { firstKeyword, transactionStatements } from "./statements.ts";
