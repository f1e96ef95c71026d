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

const short =
  "System calls, V8 and Node are two thirds of the profile; of tegmen's own, the engine (checking a connection out and " +
  "in, the promises of an execution) takes the most, the dialect (finding the shape) the next.";

/** What the profile shows; printed where a goal is missed or a peer is ahead. */
export const gaps = {
  "select by key, 1 at a time": `${short} postgres.js has neither a pool of checkouts nor a statement to build.`,
  "select by key, 16 at a time": `${short} postgres.js queues several queries on one connection and so writes to its sockets less often.`,
  "list of 100":
    `${short} Decoding costs less than in pg (dates above all); postgres.js has the same advantage, and what it and ` +
    "prepared statements of Drizzle save is building the statement.",
  "join of two tables, 100 rows":
    "The server takes most of the time, so that the tools hardly differ; in the profile, tegmen's dialect and sql are " +
    "the largest share of any workload here, because two tables make the longest statement.",
  "10,000 rows":
    "The protocol's parser, Node's streams and garbage collection are nearly all of the profile, decoding is a fifth.",
  "insert one, key back": `${short} Finding the shape takes longer than for a SELECT, and every value is checked and encoded by its column's type.`,
  "insert 1,000":
    "Most of the time is the server's. In the client, encoding every value by its column's type and building the arrays " +
    "take as long as pg's placeholders do.",
  "transfer in a transaction":
    "Here a turn costs next to nothing and a statement counts: tegmen sends 7 where the others send 5, because " +
    "SAVEPOINT and RELEASE of the restart protocol are two more. Where the network takes time, turns count, and tegmen " +
    "waits for 2 where the others wait for 5: see `--latency`.",
};

/** What the profile shows of an import that is over its budget. */
export const slowImport =
  "The profile has nearly all of it in Node's loader, which resolves, opens and compiles some 200 small files, and in " +
  "pg; what the modules themselves do takes less than 5 ms.";
