import { ArgumentError } from "../errors/index.ts";
import { didYouMean } from "../text/did-you-mean.ts";
import type { CascadeName } from "./relation.ts";

/** What is done to related objects too. */
export type Cascades = ReadonlySet<CascadeName>;

const all: readonly CascadeName[] = ["save-update", "merge", "expunge", "delete", "refresh-expire"];
const names: readonly CascadeName[] = [...all, "delete-orphan"];

/**
 * Reads the option `cascade`.
 *
 * @throws {ArgumentError} it names something that there is not
 */
export function parseCascade(text: string | undefined, where: string): Cascades {
  if (text === undefined) return new Set(["save-update", "merge"]);
  const found = new Set<CascadeName>();
  for (const part of text.split(",")) {
    const name = part.trim();
    if (name === "all") all.forEach((each) => found.add(each));
    else if ((names as readonly string[]).includes(name)) found.add(name as CascadeName);
    else if (name !== "none" && name !== "") {
      throw new ArgumentError(`${where}: there is no cascade "${name}": ${didYouMean(name, ["all", ...names])}`);
    }
  }
  if (found.has("delete-orphan") && !found.has("delete")) {
    throw new ArgumentError(`${where}: the cascade delete-orphan needs delete, too: write "all, delete-orphan"`);
  }
  return found;
}
