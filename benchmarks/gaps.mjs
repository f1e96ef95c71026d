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
  "V8, system calls and Node are some 60 % of the profile; of tegmen's own parts, the engine (taking a connection and " +
  "giving it back, the promises of an execution) is the largest, the dialect (finding the shape) the next.";

/** Printed where a goal is missed or a peer is ahead. */
export const gaps = {
  "select by key, 1 at a time": short,
  "select by key, 16 at a time": `${short} A guess: postgres.js gains by queueing several queries on a connection.`,
  "list of 100": `${short} text() does without the building and the finding of a shape.`,
  "join of two tables, 100 rows":
    "The client's processor time is a sixth of the whole: the rest is the server's, and the waiting for it. Of " +
    "tegmen's own parts, the engine, the dialect and sql are alike.",
  "10,000 rows":
    "Node, V8, system calls and garbage collection are most of the profile; decoding (types and engine) is a sixth.",
  "insert one, key back": `${short} Next come sql and types: unlike in text(), every value is checked and encoded by its column's type.`,
  "insert 1,000":
    "The client's processor time is a sixth of the whole, and as much as pg's with placeholders: what arrays save in " +
    "messages, encoding every value by its column's type (types) and gathering them (sql) take.",
  "transfer in a transaction":
    "tegmen sends 7 statements where the others send 5: SAVEPOINT and RELEASE of the restart protocol are two more. " +
    "Without a network a turn costs next to nothing, so its fewer turns do not make up for them; the engine and the " +
    "dialect are the largest of tegmen's own parts.",
};

/** The least goodput of contended transfers, as a ratio to the plain loop. */
export const contentionGoal = 1.6;

/** What keeps contended transfers from the goal. */
export const slowContention =
  "With every tool every second attempt fails, because on PostgreSQL those who wait for a lock fail when it is given " +
  "up; what tegmen has to offer there is that it holds its locks for less time.";

/** What is most of an import that is over its budget. */
export const slowImport =
  "It is a few files: Node's loader resolves, opens and compiles them. What the modules themselves do takes a few ms.";
