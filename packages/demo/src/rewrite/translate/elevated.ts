import type { QueryTranslation } from "../contract.ts";
import type { Environment } from "./environment.ts";
import { quoteName } from "./quote.ts";

/**
 * A statement that runs as the backend's superuser after checks that are made as the client's user. `root` passes
 * them, but for those that are about more than privileges.
 *
 * @param checks - calls of functions that fail when something is not allowed
 */
export function elevated(translation: QueryTranslation, checks: readonly string[], env: Environment): QueryTranslation {
  const { user } = env.context;
  const questions = checks.map((check) => `SELECT ${check}`);
  if (user === "root") return { ...translation, before: [...questions, ...(translation.before ?? [])] };
  return {
    ...translation,
    before: [...questions, "SET LOCAL ROLE NONE", ...(translation.before ?? [])],
    after: [...(translation.after ?? []), `SET LOCAL ROLE ${quoteName(user)}`],
  };
}
