import type { TableNode } from "./source-node.ts";

/** The row that could not be inserted, in ON CONFLICT. */
export const excludedSource: TableNode = {
  kind: "table",
  name: "excluded",
  text: "excluded",
  qualifier: "excluded",
};
