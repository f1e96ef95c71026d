import type { Result } from "../../engine/result.ts";
import type { Executable } from "../../sql/executable.ts";
import type { Mapper } from "../mapper.ts";
import type { ColumnValues, IdentityKey, InstanceState } from "../state.ts";

/** What loading needs of a Session. */
export interface Loader {
  /** Executes a statement, without a flush before it. Those that are started in one tick share a turn. */
  execute(statement: Executable): Promise<Result>;
  /**
   * The objects of rows, which become the objects' values.
   *
   * @returns undefined for a row without a primary key
   */
  materialize(
    mapper: Mapper,
    rows: readonly ColumnValues[],
    isComplete: boolean,
  ): readonly (InstanceState | undefined)[];
  /** An object of the identity map, if its values are not outdated. */
  find(mapper: Mapper, key: IdentityKey): InstanceState | undefined;
  /** The transaction, by number. */
  readonly epoch: number;
  /** Replaces also what is loaded already. */
  readonly populateExisting: boolean;
}
