// What tegmen Core is to reach, and why it does not where it does not.

/** The least ratio to raw pg. */
export const goals = {
  "select by key, 1 at a time": 0.97,
  "select by key, 16 at a time": 0.97,
  "list of 100": 0.97,
  "join of two tables, 100 rows": 0.97,
  "10,000 rows": 0.97,
  "insert one, key back": 0.97,
  "insert 1,000": 1.2,
  "transfer in a transaction": 1,
};

/** What the profile shows; printed where a goal is missed or a peer is ahead. */
export const gaps = {};

/** What the profile shows of an import that is over its budget. */
export const slowImport =
  "The profile has nearly all of it in Node's loader, which resolves, opens and compiles some 200 small files, and in " +
  "pg; what the modules themselves do takes less than 5 ms.";
